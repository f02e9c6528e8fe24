package main

import (
	"encoding/json"

	"ombudsnetz/internal/ident"
)

// query is one question, asked in GraphQL and by one hand-written statement
// that takes the one argument and returns the data as JSON.
type query struct {
	name    string
	about   string
	graphql string
	sql     string
	// each are what is asked for one after the other; otherwise first is the
	// argument.
	each  func(samples) []variables
	first int
	// signedIn asks with a token: it costs more than an anonymous viewer may ask.
	signedIn bool
	// bar is the share of the statement's throughput that is wanted; zero wants
	// nothing.
	bar float64
}

// variables are both the GraphQL variables and the body that the hand-written
// statement's handler reads.
type variables struct {
	ID    string `json:"id,omitempty"`
	Key   string `json:"key,omitempty"`
	Code  string `json:"code,omitempty"`
	Text  string `json:"text,omitempty"`
	First int    `json:"first,omitempty"`
}

// samples are what there is to ask for.
type samples struct {
	offices []ident.ID
	// keys are of municipalities, codes those that lie in one alone.
	keys, codes []string
}

func queries() []query {
	return []query{
		{name: "Q1", about: "one office with its region", graphql: officeGraphQL, sql: officeSQL, each: eachOffice, bar: 0.7},
		{name: "Q2", about: "20 offices with region, the regions above, sites, channels", graphql: officesGraphQL, sql: officePageSQL, first: 20, bar: 0.75},
		{name: "Q3", about: "50 districts with municipalities, their offices, sites and channels", graphql: districtsGraphQL, sql: districtsSQL, first: 50, signedIn: true, bar: 0.8},
		{name: "Q4", about: "100 regions with 10 scalars", graphql: regionsGraphQL, sql: regionsSQL, first: 100, bar: 0.8},
		{name: "R1", about: "who is responsible, by the key of a municipality", graphql: byKeyGraphQL, sql: byKeySQL, each: eachKey, bar: 0.6},
		{name: "R2", about: "who is responsible, by postal code", graphql: byCodeGraphQL, sql: byCodeSQL, each: eachCode},
		{name: "R3", about: "regions while their name is typed", graphql: typedGraphQL, sql: typedSQL, each: eachTyped},
		{name: "R4", about: "20 open offices that can be used without speaking and entered without a step, with carrier and channels", graphql: filteredGraphQL, sql: filteredSQL, first: 20, bar: 0.7},
		{name: "R5", about: "districts of Germany without a youth welfare office", graphql: gapsGraphQL, sql: gapsSQL, first: 100, bar: 0.7},
	}
}

// names are those of all queries.
func names() []string {
	var all []string
	for _, q := range queries() {
		all = append(all, q.name)
	}
	return all
}

func eachOffice(s samples) []variables {
	asked := make([]variables, len(s.offices))
	for i, id := range s.offices {
		asked[i].ID = id.String()
	}
	return asked
}

func eachKey(s samples) []variables {
	asked := make([]variables, len(s.keys))
	for i, key := range s.keys {
		asked[i].Key = key
	}
	return asked
}

func eachCode(s samples) []variables {
	asked := make([]variables, len(s.codes))
	for i, code := range s.codes {
		asked[i].Code = code
	}
	return asked
}

// eachTyped are beginnings, whole names and one typing error.
func eachTyped(samples) []variables {
	var asked []variables
	for _, text := range []string{"Ma", "Mag", "Magdeb", "Magdeburg", "Magdebrug", "Stendal 7", "lueneburg", "Bad K", "Rotenburg (W"} {
		asked = append(asked, variables{Text: text})
	}
	return asked
}

// growthName is the query whose page grows.
const growthName = "Q4"

// growthSizes are the lengths of its page.
func growthSizes() []int { return []int{10, 100, 300, 1000} }

// largestPage is what the server is configured to allow.
const largestPage = 1000

// bodies are what is sent in turn, to the server and to the statement.
func (q query) bodies(there samples) (server, statement [][]byte, err error) {
	asked := []variables{{First: q.first}}
	if q.each != nil {
		asked = q.each(there)
	}
	for _, v := range asked {
		request, err := json.Marshal(map[string]any{"query": q.graphql, "variables": v})
		if err != nil {
			return nil, nil, err
		}
		alone, err := json.Marshal(v)
		if err != nil {
			return nil, nil, err
		}
		server, statement = append(server, request), append(statement, alone)
	}
	return server, statement, nil
}

// argument reads the statement's argument from a request's body.
func (q query) argument(body []byte) (any, error) {
	var v variables
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	switch {
	case v.ID != "":
		id, err := ident.Parse(v.ID)
		return id.UUID, err
	case v.Key != "":
		return v.Key, nil
	case v.Code != "":
		return v.Code, nil
	case v.Text != "":
		return v.Text, nil
	}
	return v.First, nil
}

// The statements read only the columns that are asked for and make JSON of rows,
// which takes Postgres less time than json_build_object.
const (
	existsToday = `(valid_from IS NULL OR valid_from <= current_date) AND (valid_to IS NULL OR valid_to > current_date)`

	officeGraphQL = `query Office($id: ID!) {
  ombudsOffice(id: $id) { id name status region { id key name } }
}`

	officeSQL = `
SELECT json_build_object('ombudsOffice', row_to_json(office)) FROM (
    SELECT o.id, o.name, o.status,
        (SELECT row_to_json(region) FROM (SELECT r.id, r.key, r.name) region) AS region
    FROM ombuds_office o JOIN region r ON r.id = o.region_id WHERE o.id = $1
) office`

	officesGraphQL = `query Offices($first: Int!) {
  ombudsOffices(first: $first) {
    nodes {
      id name status version createdAt updatedAt
      region { id key level name officialName population ancestors { id key level name } }
      sites { id name street postalCode place stepFree byAppointmentOnly }
      channels { id kind value note usableWithoutSpeaking freeOfCharge }
    }
    pageInfo { hasNextPage }
  }
}`

	// A region has three others above it at most.
	officePageSQL = `
SELECT json_build_object('ombudsOffices', json_build_object(
    'nodes', coalesce((SELECT json_agg(office) FROM (
        SELECT o.id, o.name, o.status, o.version, o.created_at AS "createdAt", o.updated_at AS "updatedAt",
            (SELECT row_to_json(region) FROM (
                SELECT r.id, r.key, r.level, r.name, r.official_name AS "officialName", r.population, coalesce((
                    SELECT json_agg(a) FROM (
                        SELECT a.id, a.key, a.level, a.name
                        FROM region p LEFT JOIN region g ON g.id = p.parent_id
                        JOIN region a ON a.id IN (p.id, p.parent_id, g.parent_id)
                        WHERE p.id = r.parent_id ORDER BY length(a.key) DESC
                    ) a), '[]') AS ancestors
                FROM region r WHERE r.id = o.region_id
            ) region) AS region,
            coalesce((SELECT json_agg(s) FROM (
                SELECT s.id, s.name, s.street, s.postal_code AS "postalCode", s.place, s.step_free AS "stepFree",
                    s.by_appointment_only AS "byAppointmentOnly"
                FROM office_site s WHERE s.office_id = o.id ORDER BY s.position
            ) s), '[]') AS sites,
            coalesce((SELECT json_agg(c) FROM (
                SELECT c.id, c.kind, c.value, c.note, c.usable_without_speaking AS "usableWithoutSpeaking",
                    c.free_of_charge AS "freeOfCharge"
                FROM contact_channel c WHERE c.office_id = o.id ORDER BY c.position
            ) c), '[]') AS channels
        FROM ombuds_office o ORDER BY o.name, o.id LIMIT $1
    ) office), '[]'),
    'pageInfo', json_build_object('hasNextPage', EXISTS (SELECT FROM ombuds_office ORDER BY name, id OFFSET $1))))`

	districtsGraphQL = `query Districts($first: Int!) {
  regions(filter: {level: DISTRICT}, first: $first) {
    nodes {
      id key name
      children(first: 2) {
        nodes {
          id key name
          ombudsOffices(scope: SELF, first: 2) {
            nodes {
              id name status version
              sites { id name place }
              channels { id kind value }
            }
          }
        }
      }
    }
  }
}`

	districtsSQL = `
SELECT json_build_object('regions', json_build_object('nodes', coalesce((SELECT json_agg(district) FROM (
    SELECT d.id, d.key, d.name, json_build_object('nodes', coalesce((SELECT json_agg(municipality) FROM (
        SELECT m.id, m.key, m.name, json_build_object('nodes', coalesce((SELECT json_agg(office) FROM (
            SELECT o.id, o.name, o.status, o.version,
                coalesce((SELECT json_agg(s) FROM (
                    SELECT s.id, s.name, s.place FROM office_site s WHERE s.office_id = o.id ORDER BY s.position
                ) s), '[]') AS sites,
                coalesce((SELECT json_agg(c) FROM (
                    SELECT c.id, c.kind, c.value FROM contact_channel c WHERE c.office_id = o.id ORDER BY c.position
                ) c), '[]') AS channels
            FROM ombuds_office o WHERE o.region_id = m.id ORDER BY o.name, o.id LIMIT 2
        ) office), '[]')) AS "ombudsOffices"
        FROM (SELECT id, key, name FROM region WHERE parent_id = d.id AND ` + existsToday + ` ORDER BY key, id LIMIT 2) m
    ) municipality), '[]')) AS children
    FROM (SELECT id, key, name FROM region WHERE level = 'DISTRICT' AND ` + existsToday + ` ORDER BY key, id LIMIT $1) d
) district), '[]')))`

	regionsGraphQL = `query Regions($first: Int!) {
  regions(first: $first) {
    nodes { id key level name officialName designation nutsCode population populationOn areaKm2 }
  }
}`

	regionsSQL = `
SELECT json_build_object('regions', json_build_object('nodes', coalesce((SELECT json_agg(r) FROM (
    SELECT id, key, level, name, official_name AS "officialName", designation, nuts_code AS "nutsCode",
        population, population_on AS "populationOn", area_km2 AS "areaKm2"
    FROM region WHERE ` + existsToday + ` ORDER BY key, id LIMIT $1
) r), '[]')))`
)
