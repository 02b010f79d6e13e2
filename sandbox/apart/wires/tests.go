// The tests' process: carries the calls of stubs to the program, and says how the tests ended.
package main

import (
	"fmt"
	"os"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
)

const rewardIsTests = true

var rewardNextNumber uint64 = 2

var rewardCalls int64
var rewardPanics sync.Mutex
var rewardLast interface{} = new(int)

// Calls a function of the program; results go where pointers say.
func rewardCall(name string, given []interface{}, results ...interface{}) {
	var request []byte
	func() {
		defer rewardRefuse(rewardUnsplit)
		request = rewardRequest(name, given)
	}()
	atomic.AddInt64(&rewardCalls, 1)
	letter := rewardAsk(request, len(name) < 2 || name[1] != '-')
	r := rewardReader{letter.body}
	defer rewardRefuse(rewardGone)
	switch letter.kind {
	case 'N':
		rewardStop(rewardRaised, r.text())
	case 'P':
		var problem interface{}
		r.get(reflect.ValueOf(&problem).Elem())
		rewardPanics.Lock()
		rewardLast = problem
		rewardPanics.Unlock()
		panic(problem)
	case 'R':
		rewardTake(&r, given, results)
	default:
		rewardStop(rewardGone, "the program wrote nonsense")
	}
}

// Gets the variables of the program before the tests start.
func rewardStart() {
	if len(rewardVariables) > 0 {
		rewardCall("", nil)
		rewardCalls = 0
	}
}

func rewardEnded() {
	rewardTurn.Lock()
	defer rewardTurn.Unlock()
	rewardClosed = true
	if len(rewardWaiting) > 0 {
		rewardStop(rewardGone, "the program ended")
	}
}

// Whether tests panic with what the program did.
func rewardIsLast(problem interface{}) (same bool) {
	defer func() { _ = recover() }()
	rewardPanics.Lock()
	defer rewardPanics.Unlock()
	return problem == rewardLast
}

// What the program may call by name: methods of its interfaces, which run on what it was given, and
// methods of the tests' types that it was called with as type arguments.
var rewardTable = map[string]interface{}{}
var rewardLent = map[string]rewardMethod{}

type rewardMethod struct {
	kind     string
	function interface{}
}

func rewardMethodOf(name string) (function reflect.Value) {
	rewardTables.Lock()
	defer rewardTables.Unlock()
	if method, known := rewardLent[name]; known && rewardArguments[method.kind] {
		function = reflect.ValueOf(method.function)
	}
	return
}

// Runs a function of the tests for the program. Where it panics, the tests have: the program, which
// could recover, is not told, unless the panic was the program's.
func rewardReply(message []byte) (reply []byte) {
	defer func() {
		switch problem := recover().(type) {
		case nil:
		case rewardNoData:
			rewardStop(rewardUnsplit, string(problem))
		case rewardGarbled:
			rewardStop(rewardGone, "the program wrote nonsense")
		default:
			if !rewardIsLast(problem) {
				rewardStop(2, fmt.Sprint("panic: ", problem))
			}
			reply = rewardPanicked(problem)
		}
	}()
	r := rewardReader{message}
	name := r.text()
	function := rewardFunction(name, rewardTable)
	if !function.IsValid() {
		function = rewardMethodOf(name)
	}
	if !function.IsValid() {
		function = rewardChannelCall(name)
	}
	if !function.IsValid() || function.Kind() != reflect.Func {
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
			if rewardIsLast(problem) {
				rewardStop(rewardRaised, "the program panicked")
			}
			rewardStop(2, "")
		}
	}()
	go rewardServe()
	rewardStart()
	tests()
	rewardCalled()
	rewardStop(0, "")
}

func rewardRunNamed(tests []testing.InternalTest) {
	go rewardServe()
	rewardStart()
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
