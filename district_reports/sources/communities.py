"""Community areas as polygons (GeoJSON): the 77 parts of the city whose borders have hardly moved in a century.

Publisher: City of Chicago, "Boundaries - Community Areas"; updated rarely. Traps:

- The number is a text in the field `area_numbe`, cut by an old file format, and without zeros on the left; incidents
  write it the same way. The report's names are those of the config.
- Areas and police districts cut across each other; an area is told by the incidents' own number, not by overlap.
- An older map page has another id and the same shapes.

What is kept is the publisher's, but for the properties nobody declared; see `areas`.
"""
