// What stays on its side and is known to the other by a number: functions, objects behind
// interfaces, and the insides of types that hold locks or channels.
package main

import (
	"fmt"
	"reflect"
	"sync"
	"unsafe"
)

var rewardTables sync.Mutex

// What pointers point to has a number that both processes know it by: the tests' process gives even
// ones, the program's odd ones.
type rewardPlace struct {
	at   unsafe.Pointer
	kind reflect.Type
}

var rewardNumbers = map[rewardPlace]uint64{}
var rewardPlaces = map[uint64]reflect.Value{}

func rewardKeep(pointer reflect.Value, number uint64) {
	rewardNumbers[rewardPlace{pointer.UnsafePointer(), pointer.Type()}] = number
	rewardPlaces[number] = pointer
}

// The number of a pointer, and whether the other side has heard of it.
func rewardNumberOf(v reflect.Value) (number uint64, known bool) {
	rewardTables.Lock()
	defer rewardTables.Unlock()
	number, known = rewardNumbers[rewardPlace{v.UnsafePointer(), v.Type()}]
	if !known {
		number = rewardNextNumber
		rewardNextNumber += 2
		rewardKeep(reflect.NewAt(v.Type().Elem(), v.UnsafePointer()).Convert(v.Type()), number)
	}
	return number, known
}

func rewardPlaceOf(number uint64, kind reflect.Type) reflect.Value {
	rewardTables.Lock()
	defer rewardTables.Unlock()
	place, known := rewardPlaces[number]
	if !known {
		place = reflect.New(kind.Elem()).Convert(kind)
		rewardKeep(place, number)
	}
	return place
}

// What this side gave: functions and objects; their numbers are their places.
var rewardOwn []reflect.Value
var rewardOwnNumbers = map[rewardPlace]uint64{}

// What stands here for the other side's functions, by their address.
var rewardRemotes = map[unsafe.Pointer]uint64{}
var rewardKept []reflect.Value

// Where a function is: two closures of one function are two.
func rewardAddress(v reflect.Value) unsafe.Pointer {
	place := reflect.New(v.Type())
	place.Elem().Set(v)
	return *(*unsafe.Pointer)(place.UnsafePointer())
}

func rewardGive(v reflect.Value, at unsafe.Pointer) uint64 {
	rewardTables.Lock()
	defer rewardTables.Unlock()
	place := rewardPlace{at, v.Type()}
	if number, known := rewardOwnNumbers[place]; known && at != nil {
		return number
	}
	rewardOwn = append(rewardOwn, v)
	number := uint64(len(rewardOwn) - 1)
	if at != nil {
		rewardOwnNumbers[place] = number
	}
	return number
}

func rewardGiven(number uint64) (given reflect.Value, known bool) {
	rewardTables.Lock()
	defer rewardTables.Unlock()
	if number >= uint64(len(rewardOwn)) {
		return given, false
	}
	return rewardOwn[number], true
}

// Writes a function: nothing, one of this side, or one that the other side gave.
func (w *rewardWriter) function(v reflect.Value) {
	if v.IsNil() {
		w.bytes = append(w.bytes, 0)
		return
	}
	at := rewardAddress(v)
	rewardTables.Lock()
	number, remote := rewardRemotes[at]
	rewardTables.Unlock()
	if remote {
		w.bytes = append(w.bytes, 2)
	} else {
		w.bytes = append(w.bytes, 1)
		number = rewardGive(v, at)
	}
	w.number(number)
}

func (r *rewardReader) function(v reflect.Value) {
	v.Set(reflect.Zero(v.Type()))
	switch r.take(1)[0] {
	case 1:
		number := r.number()
		made := rewardRemote(v.Type(), number)
		rewardTables.Lock()
		rewardRemotes[rewardAddress(made)] = number
		rewardKept = append(rewardKept, made)
		rewardTables.Unlock()
		v.Set(made)
	case 2:
		own, known := rewardGiven(r.number())
		if !known || own.Kind() != reflect.Func || !own.Type().ConvertibleTo(v.Type()) {
			panic(rewardGarbled{})
		}
		v.Set(own.Convert(v.Type()))
	}
}

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

// What stands for an object of the other side.
type rewardStands interface{ rewardStandsFor() uint64 }

// One of which nothing is known but that it is there.
type rewardOpaque struct{ number uint64 }

func (self rewardOpaque) rewardStandsFor() uint64 { return self.number }

// How an interface of the program is met by what stands for an object of the other side.
var rewardFaces = map[reflect.Type]func(number uint64) interface{}{}

// The types of the program of which tests read fields, although they stay with the program.
var rewardShown = map[reflect.Type]bool{}

// The packages whose values are data; what others hold stays where it is.
var rewardPlain = map[string]bool{
	"": true, "main": true, "time": true, "math/big": true, "errors": true, "strings": true, "bytes": true,
	"strconv": true, "net/url": true, "io/fs": true, "syscall": true, "unicode": true, "testing": true, "reflect": true,
}

// Whether a part of something stays on its side: a channel, a lock, a list of the library.
func rewardStays(kind reflect.Type) bool {
	switch kind.Kind() {
	case reflect.Chan, reflect.UnsafePointer:
		return true
	case reflect.Ptr, reflect.Slice, reflect.Array:
		return rewardStays(kind.Elem()) && (kind.Kind() != reflect.Ptr || kind.Elem().PkgPath() != "main")
	case reflect.Map:
		return rewardStays(kind.Elem())
	case reflect.Struct:
		name := kind.String()
		return !rewardPlain[kind.PkgPath()] || name == "time.Timer" || name == "time.Ticker"
	}
	return false
}

var rewardLives sync.Map

// Whether what a type's pointers point to stays with the program, as it holds what can't cross.
func rewardLiving(kind reflect.Type) bool {
	if kind.Kind() != reflect.Struct {
		return false
	}
	if known, ok := rewardLives.Load(kind); ok {
		return known.(bool)
	}
	living := false
	for i := 0; i < kind.NumField(); i++ {
		field := kind.Field(i).Type
		living = living || rewardStays(field) || rewardLiving(field)
	}
	rewardLives.Store(kind, living)
	return living
}
