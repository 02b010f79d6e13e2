// Values travel by their types, which both processes have: how they are written.
package main

import (
	"encoding/binary"
	"math"
	"reflect"
	"strings"
	"unsafe"
)

type rewardNoData string

// Both processes have these by name.
var rewardTypes = map[string]reflect.Type{}

type rewardWriter struct {
	bytes    []byte
	seen     map[uint64]bool
	compares bool
}

// Writes a pointer as a number, and what it points to where the message has not said it. What stays
// with the program is told to it once, and to the tests where they read its fields.
func (w *rewardWriter) pointer(v reflect.Value, depth int) {
	if !w.flag(!v.IsNil()) {
		return
	}
	number, known := rewardNumberOf(v)
	w.number(number)
	if w.seen == nil {
		w.seen = map[uint64]bool{}
	}
	said := w.seen[number]
	if kind := v.Type().Elem(); rewardLiving(kind) {
		said = said || rewardIsTests && known || !rewardIsTests && !rewardShown[kind]
	}
	if w.flag(!said) {
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
		w.fields(v, depth)
	case reflect.Interface:
		if w.flag(!v.IsNil()) {
			w.dynamic(v.Elem(), v.Type(), depth)
		}
	case reflect.Func:
		w.function(v)
	case reflect.Chan:
		w.channel(v)
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

// Writes the fields of a struct, the hidden ones too, but not what stays on its side.
func (w *rewardWriter) fields(v reflect.Value, depth int) {
	if !v.CanAddr() {
		place := reflect.New(v.Type()).Elem()
		place.Set(v)
		v = place
	}
	for i := 0; i < v.NumField(); i++ {
		if field := v.Field(i); !rewardStays(field.Type()) {
			w.put(reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem(), depth+1)
		}
	}
}

// What an interface holds: what the other side gave, data with its type, an error, or an object.
func (w *rewardWriter) dynamic(v reflect.Value, face reflect.Type, depth int) {
	name := v.Type().String()
	if rewardTypes[strings.TrimLeft(name, "*")] == nil {
		if stands, ok := v.Interface().(rewardStands); ok {
			w.text("@")
			w.number(stands.rewardStandsFor())
			return
		}
		if problem, ok := v.Interface().(error); ok && rewardNamesError(face) {
			w.failure(problem, depth)
			return
		}
	}
	if rewardType(name) != nil {
		w.text(name)
		w.put(v, depth+1)
		return
	}
	if rewardFaces[face] == nil && face.NumMethod() > 0 {
		panic(rewardNoData("a value of " + name + " as " + face.String() + " can't cross"))
	}
	w.text("&")
	var at unsafe.Pointer
	if v.Kind() == reflect.Ptr {
		at = v.UnsafePointer()
	}
	w.number(rewardGive(v, at))
}

func rewardMutable(v reflect.Value) bool {
	return (v.Kind() == reflect.Slice || v.Kind() == reflect.Map || v.Kind() == reflect.Ptr) && !v.IsNil()
}

func rewardBytes(v reflect.Value) string {
	w := rewardWriter{compares: true}
	w.put(v, 0)
	return string(w.bytes)
}
