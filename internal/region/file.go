package region

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// LineError is what is wrong with one line of a file.
type LineError struct {
	Line   int
	Reason string
}

// BrokenFile is everything that is wrong with a file, by line. Nothing of such a
// file is used.
type BrokenFile []LineError

const mostLinesShown = 20

// Error names the first broken lines and how many there are.
func (b BrokenFile) Error() string {
	var text strings.Builder
	if len(b) == 1 {
		text.WriteString("1 line is broken, nothing was changed:")
	} else {
		fmt.Fprintf(&text, "%d lines are broken, nothing was changed:", len(b))
	}
	for _, line := range b[:min(len(b), mostLinesShown)] {
		fmt.Fprintf(&text, "\n  line %d: %s", line.Line, line.Reason)
	}
	if len(b) > mostLinesShown {
		fmt.Fprintf(&text, "\n  … and %d more", len(b)-mostLinesShown)
	}
	return text.String()
}

func (b *BrokenFile) add(line int, reason string, args ...any) {
	*b = append(*b, LineError{Line: line, Reason: fmt.Sprintf(reason, args...)})
}

func (b BrokenFile) err() error {
	if len(b) == 0 {
		return nil
	}
	return b
}

// largestFile is many times what the files of the whole country need.
const largestFile = 256 << 20

// readText reads a file as UTF-8. Older files of the Federal Statistical Office
// are in ISO 8859-1 or, from DOS, in code page 850; bytes that the former leaves
// to control characters tell the latter.
func readText(file io.Reader) (string, error) {
	content, err := io.ReadAll(io.LimitReader(file, largestFile+1))
	if err != nil {
		return "", err
	}
	if len(content) > largestFile {
		return "", fmt.Errorf("the file is larger than %d MB", largestFile>>20)
	}
	if utf8.Valid(content) {
		return strings.TrimPrefix(string(content), "\ufeff"), nil
	}
	encoding := charmap.ISO8859_1
	for _, b := range content {
		if 0x80 <= b && b < 0xa0 {
			encoding = charmap.CodePage850
			break
		}
	}
	decoded, err := encoding.NewDecoder().Bytes(content)
	return string(decoded), err
}

// Finding is one difference between a file and the database, to be shown.
type Finding struct {
	// Key is the official key or postal code that it is about.
	Key  string
	Text string
}

// Class is the differences of one kind.
type Class struct {
	Name     string
	Findings []Finding
}

func (c *Class) add(key, text string, args ...any) {
	c.Findings = append(c.Findings, Finding{Key: key, Text: fmt.Sprintf(text, args...)})
}

// Progress is told how many rows of a step are done.
type Progress func(step string, done, total int)

// chunk bounds the rows that go to the database in one statement.
const chunk = 2000

// inChunks hands rows to write, some at a time.
func inChunks[T any](rows []T, step string, progress Progress, write func([]T) error) error {
	for start := 0; start < len(rows); start += chunk {
		end := min(start+chunk, len(rows))
		if err := write(rows[start:end]); err != nil {
			return err
		}
		progress(step, end, len(rows))
	}
	return nil
}
