// The tests' process: carries the calls of stubs to the program, and says how the tests ended.
package main

import (
	"fmt"
	"os"
	"reflect"
	"sync"
	"testing"
)

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
			w.put(reflect.ValueOf(value).Elem(), 0)
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

func rewardExchange(request []byte) []byte {
	rewardTurn.Lock()
	defer rewardTurn.Unlock()
	rewardCalls++
	if rewardSend(request) != nil {
		rewardStop(rewardGone, "the program ended")
	}
	message, problem := rewardReceive()
	if problem != nil || len(message) == 0 {
		rewardStop(rewardGone, "the program ended")
	}
	return message
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

func rewardTake(r *rewardReader, given []interface{}, results []interface{}) {
	for _, place := range results {
		alias, result := r.number(), reflect.ValueOf(place).Elem()
		r.get(result)
		if alias > 0 && alias <= uint64(len(given)) {
			if own := reflect.ValueOf(given[alias-1]).Elem(); own.Type() == result.Type() {
				result.Set(own)
			}
		}
	}
	for i := r.number(); i < uint64(len(given)); i = r.number() {
		own := reflect.ValueOf(given[i]).Elem()
		changed := reflect.New(own.Type()).Elem()
		r.get(changed)
		rewardCopy(own, changed)
	}
}

func rewardCopy(own, changed reflect.Value) {
	if !rewardMutable(own) || !rewardMutable(changed) {
		return
	}
	switch own.Kind() {
	case reflect.Slice:
		reflect.Copy(own, changed)
	case reflect.Ptr:
		own.Elem().Set(changed.Elem())
	case reflect.Map:
		for _, key := range own.MapKeys() {
			own.SetMapIndex(key, reflect.Value{})
		}
		for entries := changed.MapRange(); entries.Next(); {
			own.SetMapIndex(entries.Key(), entries.Value())
		}
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
