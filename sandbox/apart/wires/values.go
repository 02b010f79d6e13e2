// Values travel by their types, which both processes have; what arrives decides no more than values.
package main

import (
	"encoding/binary"
	"errors"
	"math"
	"reflect"
	"strings"
	"unsafe"
)

type rewardNoData string

type rewardGarbled struct{}

// What is named in this package: the types, and the errors, that both processes have.
var rewardTypes = map[string]reflect.Type{}
var rewardErrors = map[string]error{}

// An error of the program, in the tests' process.
type rewardError struct {
	text string
	is   []string
}

func (e *rewardError) Error() string { return e.text }

func (e *rewardError) Is(target error) bool {
	for _, name := range e.is {
		if rewardErrors[name] == target {
			return true
		}
	}
	return false
}

type rewardWriter struct {
	bytes []byte
	seen  map[uint64]bool
}

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

// Writes a pointer as a number, and what it points to where the message has not said it.
func (w *rewardWriter) pointer(v reflect.Value, depth int) {
	if !w.flag(!v.IsNil()) {
		return
	}
	number, known := rewardNumbers[rewardPlace{v.UnsafePointer(), v.Type()}]
	if !known {
		number = rewardNextNumber
		rewardNextNumber += 2
		rewardKeep(reflect.NewAt(v.Type().Elem(), v.UnsafePointer()).Convert(v.Type()), number)
	}
	w.number(number)
	if w.seen == nil {
		w.seen = map[uint64]bool{}
	}
	if w.flag(!w.seen[number]) {
		w.seen[number] = true
		w.put(v.Elem(), depth+1)
	}
}

func (w *rewardWriter) number(n uint64) { w.bytes = binary.LittleEndian.AppendUint64(w.bytes, n) }
func (w *rewardWriter) flag(b bool) bool {
	w.bytes = append(w.bytes, map[bool]byte{true: 1}[b])
	return b
}
func (w *rewardWriter) text(s string) { w.number(uint64(len(s))); w.bytes = append(w.bytes, s...) }

// The kinds that travel alike have one name.
func rewardKind(kind reflect.Kind) reflect.Kind {
	switch {
	case kind >= reflect.Int && kind <= reflect.Int64:
		return reflect.Int
	case kind >= reflect.Uint && kind <= reflect.Uintptr:
		return reflect.Uint
	case kind == reflect.Float32:
		return reflect.Float64
	case kind == reflect.Complex64:
		return reflect.Complex128
	}
	return kind
}

func (w *rewardWriter) put(v reflect.Value, depth int) {
	if depth > rewardDeepest {
		panic(rewardNoData("a value that holds itself is no plain data"))
	}
	switch rewardKind(v.Kind()) {
	case reflect.Bool:
		w.flag(v.Bool())
	case reflect.Int:
		w.number(uint64(v.Int()))
	case reflect.Uint:
		w.number(v.Uint())
	case reflect.Float64:
		w.number(math.Float64bits(v.Float()))
	case reflect.Complex128:
		w.number(math.Float64bits(real(v.Complex())))
		w.number(math.Float64bits(imag(v.Complex())))
	case reflect.String:
		w.text(v.String())
	case reflect.Slice:
		if w.flag(!v.IsNil()) {
			w.number(uint64(v.Len()))
			w.items(v, depth)
		}
	case reflect.Array:
		w.items(v, depth)
	case reflect.Map:
		w.table(v, depth)
	case reflect.Ptr:
		w.pointer(v, depth)
	case reflect.Struct:
		for i := 0; i < v.NumField(); i++ {
			w.put(v.Field(i), depth+1)
		}
	case reflect.Interface:
		if w.flag(!v.IsNil()) {
			w.dynamic(v.Elem(), depth)
		}
	case reflect.Func:
		if w.flag(!v.IsNil()) {
			rewardFunctions = append(rewardFunctions, v)
			w.number(uint64(len(rewardFunctions) - 1))
		}
	default:
		panic(rewardNoData("a value of " + v.Type().String() + " is no plain data"))
	}
}

func (w *rewardWriter) items(v reflect.Value, depth int) {
	for i := 0; i < v.Len(); i++ {
		w.put(v.Index(i), depth+1)
	}
}

func (w *rewardWriter) table(v reflect.Value, depth int) {
	if !w.flag(!v.IsNil()) {
		return
	}
	w.number(uint64(v.Len()))
	for entries := v.MapRange(); entries.Next(); {
		w.put(entries.Key(), depth+1)
		w.put(entries.Value(), depth+1)
	}
}

// What an interface holds: an error as its text, anything else with its type.
func (w *rewardWriter) dynamic(v reflect.Value, depth int) {
	name := v.Type().String()
	_, known := rewardTypes[strings.TrimLeft(name, "*")]
	if v.CanInterface() {
		if problem, ok := v.Interface().(error); ok && !known {
			w.text("error")
			w.text(problem.Error())
			var is []string
			for name, one := range rewardErrors {
				if errors.Is(problem, one) {
					is = append(is, name)
				}
			}
			w.put(reflect.ValueOf(is), depth+1)
			return
		}
	}
	if rewardType(name) == nil {
		panic(rewardNoData("a value of " + name + " is no plain data"))
	}
	w.text(name)
	w.put(v, depth+1)
}

type rewardReader struct{ bytes []byte }

func (r *rewardReader) take(n uint64) []byte {
	if n > uint64(len(r.bytes)) {
		panic(rewardGarbled{})
	}
	taken := r.bytes[:n]
	r.bytes = r.bytes[n:]
	return taken
}

func (r *rewardReader) number() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }
func (r *rewardReader) flag() bool     { return r.take(1)[0] != 0 }
func (r *rewardReader) text() string   { return string(r.take(r.number())) }

func (r *rewardReader) count() int {
	n := r.number()
	if n > uint64(len(r.bytes)) {
		panic(rewardGarbled{})
	}
	return int(n)
}

// Fills a place that can be set.
func (r *rewardReader) get(v reflect.Value) {
	switch rewardKind(v.Kind()) {
	case reflect.Bool:
		v.SetBool(r.flag())
	case reflect.Int:
		v.SetInt(int64(r.number()))
	case reflect.Uint:
		v.SetUint(r.number())
	case reflect.Float64:
		v.SetFloat(math.Float64frombits(r.number()))
	case reflect.Complex128:
		re := math.Float64frombits(r.number())
		v.SetComplex(complex(re, math.Float64frombits(r.number())))
	case reflect.String:
		v.SetString(r.text())
	case reflect.Slice:
		v.Set(reflect.Zero(v.Type()))
		if r.flag() {
			n := r.count()
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			r.items(v)
		}
	case reflect.Array:
		r.items(v)
	case reflect.Map:
		r.table(v)
	case reflect.Ptr:
		r.pointer(v)
	case reflect.Struct:
		for i := 0; i < v.NumField(); i++ {
			field := v.Field(i)
			r.get(reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem())
		}
	case reflect.Interface:
		v.Set(reflect.Zero(v.Type()))
		if r.flag() {
			v.Set(r.dynamic(v.Type()))
		}
	case reflect.Func:
		v.Set(reflect.Zero(v.Type()))
		if r.flag() {
			v.Set(rewardRemote(v.Type(), r.number()))
		}
	default:
		panic(rewardGarbled{})
	}
}

func (r *rewardReader) pointer(v reflect.Value) {
	v.Set(reflect.Zero(v.Type()))
	if !r.flag() {
		return
	}
	number := r.number()
	place, known := rewardPlaces[number]
	if !known {
		place = reflect.New(v.Type().Elem()).Convert(v.Type())
		rewardKeep(place, number)
	}
	if place.Type() != v.Type() {
		panic(rewardGarbled{})
	}
	if r.flag() {
		r.get(place.Elem())
	}
	v.Set(place)
}

func (r *rewardReader) items(v reflect.Value) {
	for i := 0; i < v.Len(); i++ {
		r.get(v.Index(i))
	}
}

func (r *rewardReader) table(v reflect.Value) {
	v.Set(reflect.Zero(v.Type()))
	if !r.flag() {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for n := r.count(); n > 0; n-- {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		r.get(key)
		r.get(value)
		v.SetMapIndex(key, value)
	}
}

func (r *rewardReader) dynamic(wanted reflect.Type) reflect.Value {
	name := r.text()
	var made reflect.Value
	if name == "error" {
		problem := &rewardError{text: r.text()}
		r.get(reflect.ValueOf(&problem.is).Elem())
		for _, name := range problem.is {
			if one := rewardErrors[name]; one != nil && one.Error() == problem.text {
				return reflect.ValueOf(one)
			}
		}
		made = reflect.ValueOf(problem)
	} else {
		kind := rewardType(name)
		if kind == nil {
			panic(rewardGarbled{})
		}
		made = reflect.New(kind).Elem()
		r.get(made)
	}
	if !made.Type().AssignableTo(wanted) {
		panic(rewardGarbled{})
	}
	return made
}

func rewardMutable(v reflect.Value) bool {
	return (v.Kind() == reflect.Slice || v.Kind() == reflect.Map || v.Kind() == reflect.Ptr) && !v.IsNil()
}

func rewardBytes(v reflect.Value) (bytes string) {
	kept := len(rewardFunctions)
	defer func() { rewardFunctions = rewardFunctions[:kept] }()
	w := rewardWriter{}
	w.put(v, 0)
	return string(w.bytes)
}
