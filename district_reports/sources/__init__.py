"""Where data comes from: one portal contract, the portals that keep it, and one thin module per dataset.

What belongs here: reaching publishers and what they do to their data. What does not: keeping it (`store`),
deciding what to pull (`sync`), counting (`metrics`).
"""
