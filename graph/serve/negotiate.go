package serve

import (
	"strconv"
	"strings"
)

// media is one of the two media types of an answer.
type media int

const (
	mediaJSON media = iota
	mediaResponse
)

func (m media) contentType() string {
	if m == mediaResponse {
		return "application/graphql-response+json; charset=utf-8"
	}
	return "application/json; charset=utf-8"
}

// negotiate picks the media type of the answer. A wildcard or no header at all
// means application/json; of two types named with equal weight the newer wins,
// because only its statuses can be trusted through proxies. It reports false
// when the client accepts neither.
func negotiate(accept []string) (media, bool) {
	header := strings.Join(accept, ",")
	if strings.TrimSpace(header) == "" {
		return mediaJSON, true
	}
	legacy := acceptance(header, "json")
	modern := acceptance(header, "graphql-response+json")
	switch {
	case legacy.q <= 0 && modern.q <= 0:
		return mediaJSON, false
	case modern.q > legacy.q:
		return mediaResponse, true
	case modern.q == legacy.q && modern.rank == 3:
		return mediaResponse, true
	}
	return mediaJSON, true
}

type preference struct {
	rank int
	q    float64
}

// acceptance finds how a client weighs application/<subtype>: by the most
// specific range of its Accept header that covers it.
func acceptance(header, subtype string) preference {
	var best preference
	for item := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(item, ";")
		rank := 0
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "application/" + subtype:
			rank = 3
		case "application/*":
			rank = 2
		case "*/*":
			rank = 1
		}
		if rank == 0 || rank < best.rank {
			continue
		}
		if q := quality(params); rank > best.rank || q > best.q {
			best = preference{rank: rank, q: q}
		}
	}
	return best
}

// quality reads the q parameter of a media range. One that cannot be read counts
// as not accepted.
func quality(params string) float64 {
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(param, "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil || !(q >= 0 && q <= 1) {
				return 0
			}
			return q
		}
	}
	return 1
}
