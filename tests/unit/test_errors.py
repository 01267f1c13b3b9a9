"""Every error is in the drawn tree, under its parent, with the exit code that is drawn."""

import inspect
import re

from district_reports import errors


def test_the_drawn_tree_is_the_real_one() -> None:
    drawn = re.findall(r"[├└]─ (\w+)", errors.__doc__ or "")
    real = [
        cls for _, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, errors.DistrictReportsError)
    ]
    assert sorted([*drawn, "DistrictReportsError"]) == sorted(cls.__name__ for cls in real)


def test_exit_codes_are_those_of_the_contract() -> None:
    codes = {
        errors.DistrictReportsError: 1,
        errors.StoreError: 1,
        errors.ConfigError: 2,
        errors.ReadingError: 2,
        errors.TranslationError: 2,
        errors.KindError: 2,
        errors.FetchError: 3,
        errors.SchemaDriftError: 3,
        errors.ContractError: 4,
        errors.ChecksFailed: 4,
        errors.RenderError: 6,
        errors.LockedError: 7,
    }
    assert {cls: cls.exit_code for cls in codes} == codes
