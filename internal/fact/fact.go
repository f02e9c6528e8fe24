// Package fact holds answers to yes-or-no questions that may be unknown: to a
// person in a wheelchair "nobody has asked yet" is another answer than "no".
package fact

// Fact is the GraphQL enum Fact.
type Fact string

// The three answers.
const (
	Yes     Fact = "YES"
	No      Fact = "NO"
	Unknown Fact = "UNKNOWN"
)
