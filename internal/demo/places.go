package demo

// placesSQL adds the municipalities and postal codes that show what lookups do,
// one level after the other. Ids follow from keys, like those of districts.
const placesSQL = `
INSERT INTO region (id, key, level, name, official_name, designation, parent_id, parent_key, population, population_on)
SELECT ('01680000000' || '0' || '7' || left(md5('region/' || m.key), 3) || '8' || right(md5('region/' || m.key), 15))::uuid,
       m.key, 'MUNICIPALITY', m.name, m.official_name, m.designation, d.id, d.key, NULL, NULL
FROM (VALUES
    ('01002000', 'Kiel', 'Kiel, Landeshauptstadt', 'Landeshauptstadt'),
    ('02000000', 'Hamburg', 'Hamburg, Freie und Hansestadt', 'Freie und Hansestadt'),
    ('03101000', 'Braunschweig', 'Braunschweig, Stadt', 'Stadt'),
    ('03241001', 'Hannover', 'Hannover, Landeshauptstadt', 'Landeshauptstadt'),
    ('03355022', 'Lüneburg', 'Lüneburg, Hansestadt', 'Hansestadt'),
    ('03403000', 'Oldenburg (Oldb)', 'Oldenburg (Oldb), Stadt', 'Stadt'),
    ('04011000', 'Bremen', 'Bremen, Stadt', 'Stadt'),
    ('05515000', 'Münster', 'Münster, Stadt', 'Stadt'),
    ('11000000', 'Berlin', 'Berlin, Stadt', 'Stadt'),
    ('15002000', 'Halle (Saale)', 'Halle (Saale), Stadt', 'Stadt'),
    ('15003000', 'Magdeburg', 'Magdeburg, Landeshauptstadt', 'Landeshauptstadt'),
    ('15090485', 'Schollene', 'Schollene', 'Gemeinde'),
    ('15090535', 'Stendal', 'Stendal, Hansestadt', 'Hansestadt')
) AS m(key, name, official_name, designation)
JOIN region d ON d.key = left(m.key, 5) AND d.valid_to IS NULL
WHERE NOT EXISTS (SELECT FROM region r WHERE r.key = m.key AND r.valid_to IS NULL);

INSERT INTO region (id, key, level, name, official_name, designation, parent_id, parent_key, population, population_on)
SELECT ('01680000000' || '0' || '7' || left(md5('region/' || b.key), 3) || '8' || right(md5('region/' || b.key), 15))::uuid,
       b.key, 'BOROUGH', b.name, b.name AS official_name, 'Bezirk', m.id, m.key, NULL, NULL
FROM (VALUES ('1100000001', 'Mitte')) AS b(key, name)
JOIN region m ON m.key = left(b.key, 8) AND m.valid_to IS NULL
WHERE NOT EXISTS (SELECT FROM region r WHERE r.key = b.key AND r.valid_to IS NULL);

INSERT INTO postal_code_place (code, region_id, place)
SELECT p.code, r.id, p.place
FROM (VALUES
    ('14715', '12063', 'Rathenow'), ('14715', '15090485', 'Schollene'), ('30159', '03241001', 'Hannover'),
    ('30880', '03241', 'Laatzen'), ('39576', '15090535', 'Hansestadt Stendal'), ('99817', '16063', 'Eisenach'),
    ('10115', '1100000001', 'Berlin'), ('24103', '01002000', 'Kiel'), ('39104', '15003000', 'Magdeburg'),
    ('39606', '15090', 'Hansestadt Osterburg (Altmark)'), ('38100', '03101000', 'Braunschweig'), ('21335', '03355022', 'Lüneburg'),
    ('26122', '03403000', 'Oldenburg'), ('48143', '05515000', 'Münster'), ('06108', '15002000', 'Halle (Saale)')
) AS p(code, key, place)
JOIN region r ON r.key = p.key AND r.valid_to IS NULL
WHERE NOT EXISTS (SELECT FROM postal_code_place x WHERE x.code = p.code)`
