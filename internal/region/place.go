package region

import "ombudsnetz/internal/fault"

// CheckKey records at field what keeps a text from being an official key.
func CheckKey(key, field string, problems *fault.Problems) {
	for _, problem := range fault.All(checkKey(key)) {
		*problems = append(*problems, problem.At(field))
	}
}

// Columns are the columns of the table r that Joined reads.
const Columns = columns
