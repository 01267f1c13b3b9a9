"""Requests for city services (311), one row each, by the time they were opened.

Publisher: City of Chicago, 311 City Services, "311 Service Requests"; updated several times a day; the system began on
2018-12-18. Traps:

- Half of the file are no requests: calls for information, closed at once, which carry the address of the call centre
  (and so swell one district), and complaints about aircraft noise. They are left out by the
  portal, as are duplicates of a request that is there already.
- "Closed" is what an office says; nothing tells whether anything was fixed.
- Open requests have no days to close: a median over the closed ones alone is too short, most of all in new quarters.
- A request is closed later, so rows of old months keep changing for a year and more.
- The district is that of the address, as text without zeros on the left; some rows have none.

Rows are kept as they come; `metrics.requests` reads them. We ask for no address and no coordinate.
"""
