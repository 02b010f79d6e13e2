// Runs a function for the other side, and takes what one of the other side returned: arguments that
// were changed in place and the program's variables come back too.
package main

import (
	"fmt"
	"reflect"
	"sync"
)

// The variables of the program that its tests name, and what each was when both sides last agreed.
var rewardVariables []interface{}
var rewardAgreed []string
var rewardVariablesLock sync.Mutex

// At first the tests know nothing, and the program all.
func rewardAgree() {
	for i := len(rewardAgreed); i < len(rewardVariables); i++ {
		rewardAgreed = append(rewardAgreed, "")
		if rewardIsTests {
			rewardAgreed[i] = rewardBytes(rewardElem(rewardVariables[i]))
		}
	}
}

// Writes the variables that changed.
func (w *rewardWriter) variables() {
	rewardVariablesLock.Lock()
	defer rewardVariablesLock.Unlock()
	rewardAgree()
	for i, place := range rewardVariables {
		if bytes := rewardBytes(rewardElem(place)); bytes != rewardAgreed[i] {
			rewardAgreed[i] = bytes
			w.number(uint64(i))
			w.put(rewardElem(place), 0)
		}
	}
	w.number(uint64(len(rewardVariables)))
}

func (r *rewardReader) variables() {
	rewardVariablesLock.Lock()
	defer rewardVariablesLock.Unlock()
	rewardAgree()
	for i := r.number(); i < uint64(len(rewardVariables)); i = r.number() {
		place := rewardElem(rewardVariables[i])
		r.get(place)
		rewardAgreed[i] = rewardBytes(place)
	}
}

// Calls a function of the other side; results go where pointers say.
func rewardRequest(name string, given []interface{}) []byte {
	w := rewardWriter{}
	w.text(name)
	for _, value := range given {
		w.put(rewardElem(value), 0)
	}
	w.variables()
	return w.bytes
}

// What a name stands for: a function that was given, or one of the table.
func rewardFunction(name string, table map[string]interface{}) reflect.Value {
	var number uint64
	if _, problem := fmt.Sscanf(name, "#%d", &number); problem == nil {
		function, _ := rewardGiven(number)
		return function
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
	}
	r.variables()
	for i := range given {
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
	for i, result := range results {
		place := reflect.New(kind.Out(i)).Elem()
		place.Set(result)
		w.number(uint64(rewardAlias(result, given)))
		w.put(place, 0)
	}
	for i := range given {
		if rewardMutable(given[i]) && rewardBytes(given[i]) != before[i] {
			w.number(uint64(i))
			w.put(given[i], 0)
		}
	}
	w.number(uint64(len(given)))
	w.variables()
	return w.bytes
}

// The answer of a function that panicked: with an error, with data, or with what it says.
func rewardPanicked(problem interface{}) []byte {
	w := rewardWriter{bytes: []byte{'P'}}
	if _, isError := problem.(error); !isError && rewardType(fmt.Sprintf("%T", problem)) == nil {
		problem = fmt.Sprint(problem)
	}
	w.put(reflect.ValueOf(&problem).Elem(), 0)
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
	r.variables()
}

func rewardCopy(own, changed reflect.Value) {
	if !rewardMutable(own) || !rewardMutable(changed) {
		return
	}
	switch own.Kind() {
	case reflect.Slice:
		reflect.Copy(own, changed)
	case reflect.Ptr:
		if own.Pointer() != changed.Pointer() {
			own.Elem().Set(changed.Elem())
		}
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
