// The tests' process: carries the calls of stubs to the program, and says how the tests ended.
package main

import (
	"fmt"
	"os"
	"sync"
	"testing"
)

var rewardNextNumber uint64 = 2

var rewardCalls int
var rewardTurn sync.Mutex
var rewardLast interface{} = new(int)

// Calls a function of the program; results go where pointers say.
func rewardCall(name string, given []interface{}, results ...interface{}) {
	w := rewardWriter{}
	w.text(name)
	func() {
		defer rewardRefuse(rewardUnsplit)
		for _, value := range given {
			w.put(rewardElem(value), 0)
		}
	}()
	message := rewardExchange(w.bytes)
	r := rewardReader{message[1:]}
	defer rewardRefuse(rewardGone)
	switch message[0] {
	case 'N':
		rewardStop(rewardRaised, r.text())
	case 'P':
		rewardPanic(r.flag(), r.text())
	case 'R':
		rewardTake(&r, given, results)
	default:
		rewardStop(rewardGone, "the program wrote nonsense")
	}
}

// While a function of the tests runs for the program, its calls are part of one that waits.
var rewardInside int

func rewardExchange(request []byte) []byte {
	if rewardInside == 0 {
		rewardTurn.Lock()
		defer rewardTurn.Unlock()
	}
	rewardCalls++
	message, problem := rewardAsk(request)
	if problem != nil {
		rewardStop(rewardGone, "the program ended")
	}
	return message
}

// Runs a function of the tests for the program. Where it panics, the tests have: the program, which
// could recover, is not told, unless the panic was the program's.
func rewardReply(message []byte) (reply []byte) {
	rewardInside++
	defer func() {
		rewardInside--
		switch problem := recover().(type) {
		case nil:
		case rewardNoData:
			rewardStop(rewardUnsplit, string(problem))
		case rewardGarbled:
			rewardStop(rewardGone, "the program wrote nonsense")
		default:
			if problem != rewardLast {
				rewardStop(2, fmt.Sprint("panic: ", problem))
			}
			reply = rewardPanicked(problem)
		}
	}()
	r := rewardReader{message}
	name := r.text()
	function := rewardFunction(name, nil)
	if !function.IsValid() {
		panic(rewardGarbled{})
	}
	return rewardRun(function, &r)
}

func rewardRefuse(code int) {
	switch problem := recover().(type) {
	case nil:
	case rewardNoData:
		rewardStop(code, string(problem))
	case rewardGarbled:
		rewardStop(rewardGone, "the program wrote nonsense")
	default:
		panic(problem)
	}
}

func rewardPanic(isError bool, text string) {
	rewardLast = text
	if isError {
		rewardLast = &rewardError{text: text}
	}
	panic(rewardLast)
}

// An error that the program declares and the tests name.
type rewardSentinel string

func (name rewardSentinel) Error() (text string) {
	rewardCall("error "+string(name), nil, &text)
	return text
}

func rewardRunMain(tests func()) {
	defer func() {
		if problem := recover(); problem != nil {
			fmt.Fprintln(os.Stderr, "panic:", problem)
			if problem == rewardLast {
				rewardStop(rewardRaised, "the program panicked")
			}
			rewardStop(2, "")
		}
	}()
	tests()
	rewardCalled()
	rewardStop(0, "")
}

func rewardRunNamed(tests []testing.InternalTest) {
	all := func(t *testing.T) {
		for _, test := range tests {
			t.Run(test.Name, test.F)
		}
	}
	one := testing.InternalTest{Name: "reward", F: func(t *testing.T) {
		if t.Run("tests", all) {
			rewardCalled()
		}
	}}
	always := func(_, _ string) (bool, error) { return true, nil }
	testing.Main(always, []testing.InternalTest{one}, nil, nil)
}

func rewardCalled() {
	if rewardCalls == 0 {
		rewardStop(rewardNotCalled, "the tests never called the program")
	}
}
