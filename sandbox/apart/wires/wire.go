// Carries calls between a program and its tests, which are two processes, in both directions: while
// one waits for what a call returns, the other may call a function that it was given.
package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"reflect"
	"syscall"
)

const (
	rewardGone, rewardRaised, rewardNotCalled, rewardUnsplit = 81, 82, 83, 84
	rewardMost                                               = 256 << 20
	rewardDeepest                                            = 10000
)

// Before any other code: the wire leaves standard input and output, which stay usable.
var rewardIn, rewardOut = rewardStreams()

func rewardStreams() (*os.File, *os.File) {
	in, problem := syscall.Dup(0)
	out, other := syscall.Dup(1)
	null, third := syscall.Open("/dev/null", syscall.O_RDONLY, 0)
	if problem != nil || other != nil || third != nil || syscall.Dup2(null, 0) != nil || syscall.Dup2(2, 1) != nil {
		syscall.Exit(1)
	}
	return os.NewFile(uintptr(in), "in"), os.NewFile(uintptr(out), "out")
}

func rewardStop(code int, why string) {
	fmt.Fprintln(os.Stderr, why)
	syscall.Exit(code)
}

func rewardSend(message []byte) error {
	head := binary.LittleEndian.AppendUint64(nil, uint64(len(message)))
	_, problem := rewardOut.Write(append(head, message...))
	return problem
}

func rewardReceive() ([]byte, error) {
	head := make([]byte, 8)
	if _, problem := io.ReadFull(rewardIn, head); problem != nil {
		return nil, problem
	}
	size := binary.LittleEndian.Uint64(head)
	if size > rewardMost {
		return nil, io.ErrUnexpectedEOF
	}
	message := make([]byte, size)
	_, problem := io.ReadFull(rewardIn, message)
	return message, problem
}

// Sends a call, and answers those that come before its reply.
func rewardAsk(request []byte) ([]byte, error) {
	if problem := rewardSend(append([]byte{'Q'}, request...)); problem != nil {
		return nil, problem
	}
	for {
		message, problem := rewardReceive()
		if problem != nil || len(message) == 0 {
			return nil, io.ErrUnexpectedEOF
		}
		if message[0] != 'Q' {
			return message, nil
		}
		if problem := rewardSend(rewardReply(message[1:])); problem != nil {
			return nil, problem
		}
	}
}

// The functions that the other process was given; their numbers are their places.
var rewardFunctions []reflect.Value

// A function of the other process.
func rewardRemote(kind reflect.Type, number uint64) reflect.Value {
	return reflect.MakeFunc(kind, func(given []reflect.Value) []reflect.Value {
		pointers := make([]interface{}, len(given))
		for i := range given {
			place := reflect.New(kind.In(i))
			place.Elem().Set(given[i])
			pointers[i] = place.Interface()
		}
		results, places := make([]reflect.Value, kind.NumOut()), make([]interface{}, kind.NumOut())
		for i := range results {
			place := reflect.New(kind.Out(i))
			results[i], places[i] = place.Elem(), place.Interface()
		}
		rewardCall(fmt.Sprint("#", number), pointers, places...)
		return results
	})
}

// What a name stands for: a function that was given, or one of the table.
func rewardFunction(name string, table map[string]interface{}) reflect.Value {
	var number int
	if _, problem := fmt.Sscanf(name, "#%d", &number); problem == nil && number >= 0 && number < len(rewardFunctions) {
		return rewardFunctions[number]
	}
	return reflect.ValueOf(table[name])
}

func rewardRun(function reflect.Value, r *rewardReader) []byte {
	kind := function.Type()
	given := make([]reflect.Value, kind.NumIn())
	before := make([]string, kind.NumIn())
	for i := range given {
		given[i] = reflect.New(kind.In(i)).Elem()
		r.get(given[i])
		if rewardMutable(given[i]) {
			before[i] = rewardBytes(given[i])
		}
	}
	var results []reflect.Value
	if kind.IsVariadic() {
		results = function.CallSlice(given)
	} else {
		results = function.Call(given)
	}
	w := rewardWriter{bytes: []byte{'R'}}
	for _, result := range results {
		w.number(uint64(rewardAlias(result, given)))
		w.put(result, 0)
	}
	for i := range given {
		if rewardMutable(given[i]) && rewardBytes(given[i]) != before[i] {
			w.number(uint64(i))
			w.put(given[i], 0)
		}
	}
	w.number(uint64(len(given)))
	return w.bytes
}

// The answer of a function that panicked.
func rewardPanicked(problem interface{}) []byte {
	w := rewardWriter{bytes: []byte{'P'}}
	_, isError := problem.(error)
	w.flag(isError)
	w.text(fmt.Sprint(problem))
	return w.bytes
}

// The argument that a result is, counted from 1; 0 where it is none.
func rewardAlias(result reflect.Value, given []reflect.Value) int {
	if result.Kind() != reflect.Ptr || result.IsNil() {
		return 0
	}
	for i := range given {
		if given[i].Kind() == reflect.Ptr && given[i].Type() == result.Type() && given[i].Pointer() == result.Pointer() {
			return i + 1
		}
	}
	return 0
}

// Takes what a call returned, and what it changed.
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

func rewardElem(pointer interface{}) reflect.Value { return reflect.ValueOf(pointer).Elem() }
