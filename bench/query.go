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
	// byOffice asks for one office after the other; otherwise first is the
	// argument.
	byOffice bool
	first    int
}

// variables are both the GraphQL variables and the body that the hand-written
// statement's handler reads.
type variables struct {
	ID    string `json:"id,omitempty"`
	First int    `json:"first,omitempty"`
}

func queries() []query {
	return []query{
		{name: "Q1", about: "one office with its region and its carrier", graphql: officeGraphQL, sql: officeSQL, byOffice: true},
		{name: "Q2", about: "20 offices with the regions above and the sites", graphql: officesGraphQL, sql: officePageSQL, first: 20},
		{name: "Q3", about: "100 offices with the regions above and the sites", graphql: officesGraphQL, sql: officePageSQL, first: 100},
	}
}

// bodies are what is sent in turn, to the server and to the statement.
func (q query) bodies(offices []ident.ID) (server, statement [][]byte, err error) {
	asked := []variables{{First: q.first}}
	if q.byOffice {
		asked = asked[:0]
		for _, id := range offices {
			asked = append(asked, variables{ID: id.String()})
		}
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
	if !q.byOffice {
		return v.First, nil
	}
	id, err := ident.Parse(v.ID)
	return id.UUID, err
}

const (
	officeGraphQL = `query Office($id: ID!) {
  ombudsOffice(id: $id) { id name status region { id name } carrier { id name } }
}`

	officeSQL = `
SELECT json_build_object('ombudsOffice', json_build_object('id', o.id, 'name', o.name, 'status', o.status,
           'region', json_build_object('id', r.id, 'name', r.name), 'carrier', json_build_object('id', g.id, 'name', g.name)))
FROM ombuds_office o JOIN region r ON r.id = o.region_id JOIN organisation g ON g.id = o.carrier_id
WHERE o.id = $1`

	officesGraphQL = `query Offices($first: Int!) {
  ombudsOffices(first: $first) {
    nodes {
      id name status
      region { id key name ancestors { id key name level } }
      sites { id name street postalCode place stepFree }
    }
    pageInfo { hasNextPage }
  }
}`

	// A region has three others above it at most.
	officePageSQL = `
WITH page AS MATERIALIZED (
    SELECT o.id, o.name, o.status, o.region_id FROM ombuds_office o ORDER BY o.name, o.id LIMIT $1::int + 1
), node AS (
    SELECT json_build_object('id', o.id, 'name', o.name, 'status', o.status,
               'region', json_build_object('id', r.id, 'key', r.key, 'name', r.name, 'ancestors', coalesce((
                   SELECT json_agg(json_build_object('id', a.id, 'key', a.key, 'name', a.name, 'level', a.level) ORDER BY length(a.key) DESC)
                   FROM region a WHERE a.id IN (p.id, p.parent_id, g.parent_id)), '[]')),
               'sites', coalesce((
                   SELECT json_agg(json_build_object('id', s.id, 'name', s.name, 'street', s.street, 'postalCode', s.postal_code,
                       'place', s.place, 'stepFree', s.step_free) ORDER BY s.position)
                   FROM office_site s WHERE s.office_id = o.id), '[]')) AS value
    FROM (SELECT * FROM page LIMIT $1) o
    JOIN region r ON r.id = o.region_id
    LEFT JOIN region p ON p.id = r.parent_id
    LEFT JOIN region g ON g.id = p.parent_id
    ORDER BY o.name, o.id
)
SELECT json_build_object('ombudsOffices', json_build_object(
    'nodes', coalesce((SELECT json_agg(value) FROM node), '[]'),
    'pageInfo', json_build_object('hasNextPage', (SELECT count(*) > $1 FROM page))))`
)
