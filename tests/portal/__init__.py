"""Our own SODA 2.1 portal for tests and benchmarks: real HTTP on loopback, rows in DuckDB, faults on order."""

from tests.portal.exchange import Request, RequestRecord
from tests.portal.faults import Fault, FaultPlan
from tests.portal.portal import Portal

__all__ = ["Fault", "FaultPlan", "Portal", "Request", "RequestRecord"]
