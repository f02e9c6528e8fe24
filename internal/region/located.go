package region

import (
	"strings"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/postgres"
)

// located is a region with the district and the Land it lies in, as one
// statement reads them.
type located struct {
	Region   Region `db:"region"`
	District Region `db:"district"`
	Land     Region `db:"land"`
}

// district is nil for what is larger than a district.
func (l *located) district() *Region {
	if l.District.Level != District {
		return nil
	}
	return &l.District
}

// along are the columns of the region alias, to be read into a field with a tag.
func along(alias, tag string) string {
	names := strings.Split(columns, ",")
	for i, name := range names {
		name = strings.TrimPrefix(strings.TrimSpace(name), "r.")
		names[i] = alias + "." + name + ` AS "` + tag + "." + name + `"`
	}
	return strings.Join(names, ", ")
}

// locatedColumns are the columns of located.
func locatedColumns() string {
	return along("r", "region") + ", " + along("d", "district") + ", " + along("l", "land")
}

// locate joins the region r of each row of f with its district d and its Land l
// of that day. What is larger than a district is its own.
func locate(t *postgres.Text, day civil.Date) {
	t.Add(` JOIN region r ON r.id = f.region_id`)
	for _, above := range []struct{ id, region, digits string }{{"di", "d", "5"}, {"li", "l", "2"}} {
		t.Add(` CROSS JOIN LATERAL (SELECT x.id FROM region x WHERE x.key IN (left(r.key, `+above.digits+`), r.key)
    AND (x.valid_from IS NULL OR x.valid_from <= ?) AND (x.valid_to IS NULL OR x.valid_to > ?)
    ORDER BY length(x.key) LIMIT 1) `+above.id+` JOIN region `+above.region+` ON `+above.region+`.id = `+above.id+`.id`, day, day)
	}
}
