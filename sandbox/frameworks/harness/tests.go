// Package MARK runs tests and reports those that passed or were skipped with the tokens that
// standard input held before any other package was set up.
package MARK

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"testing"
)

const mask = 0x5a

var out = os.Stdout

var tokens = func() [][]byte {
	held, problem := io.ReadAll(os.Stdin)
	os.Stdin.Close()
	if problem != nil {
		os.Exit(1)
	}
	parts := bytes.Split(bytes.TrimSpace(held), []byte("\n"))
	for i := range held {
		if held[i] != '\n' {
			held[i] ^= mask
		}
	}
	return parts
}()

func reveal(token []byte) {
	line := append([]byte("\n"), token...)
	for i := range token {
		line[i+1] ^= mask
	}
	out.Write(append(line, '\n'))
}

// Run runs one test and says how it went, after its subtests and clean-ups.
func Run(number int, t testing.TB, test func()) {
	done := false
	t.Cleanup(func() {
		switch {
		case t.Failed():
			fmt.Fprintf(out, "\n#reward %d failed \"\"\n", number)
		case t.Skipped():
			reveal(tokens[2*number+1])
		case done:
			reveal(tokens[2*number])
		default:
			fmt.Fprintf(out, "\n#reward %d error \"\"\n", number)
		}
	})
	test()
	done = true
}
