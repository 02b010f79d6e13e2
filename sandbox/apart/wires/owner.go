// The program's process: calls what its tests ask for.
package main

import (
	"os"
	"reflect"
	"syscall"
)

const rewardIsTests = false

var rewardNextNumber uint64 = 3

var rewardTable map[string]interface{}

func rewardAnswer(table map[string]interface{}) {
	rewardTable = table
	rewardServe()
}

func rewardEnded() {
	os.Stdout.Sync()
	syscall.Exit(0)
}

func rewardReply(message []byte) (reply []byte) {
	defer func() {
		switch problem := recover().(type) {
		case nil:
		case rewardNoData:
			w := rewardWriter{bytes: []byte{'N'}}
			w.text(string(problem))
			reply = w.bytes
		default:
			reply = rewardPanicked(problem)
		}
	}()
	r := rewardReader{message}
	name := r.text()
	function := rewardFunction(name, rewardTable)
	if !function.IsValid() {
		function = rewardChannelCall(name)
	}
	if name == "" {
		function = reflect.ValueOf(func() {})
	}
	return rewardRun(function, &r)
}

// Calls a function that the tests gave; results go where pointers say.
func rewardCall(name string, given []interface{}, results ...interface{}) {
	letter := rewardAsk(rewardRequest(name, given), true)
	r := rewardReader{letter.body}
	switch letter.kind {
	case 'P':
		var problem interface{}
		r.get(reflect.ValueOf(&problem).Elem())
		panic(problem)
	case 'R':
		rewardTake(&r, given, results)
	default:
		panic(rewardNoData("what a function of the tests returns is no plain data"))
	}
}
