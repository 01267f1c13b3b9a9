"""The synthetic city, read the way a portal is read (`--source sample`).

Publisher: nobody. Every row and every area is invented from `sample.toml`, by chance with a fixed seed, so that the
whole program can be tried without a network and always gives the same bytes. Only names, addresses and telephone
numbers of stations are real: they come from `districts.toml`. The sample is published once for each quarter, at noon UTC
of the day on which the quarter is complete; it holds that quarter and the ones before it that a report shows.

What belongs here: the portal's questions and which part of the sample answers them. What does not: the drawing.
"""
