// Values travel by their types, which both processes have; what arrives decides no more than values.
package main

import (
	"encoding/binary"
	"math"
	"reflect"
	"unsafe"
)

type rewardGarbled struct{}

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
			if field := v.Field(i); !rewardStays(field.Type()) {
				r.get(reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem())
			}
		}
	case reflect.Interface:
		v.Set(reflect.Zero(v.Type()))
		if r.flag() {
			v.Set(r.dynamic(v.Type()))
		}
	case reflect.Func:
		r.function(v)
	case reflect.Chan:
		r.channel(v)
	default:
		panic(rewardGarbled{})
	}
}

func (r *rewardReader) pointer(v reflect.Value) {
	v.Set(reflect.Zero(v.Type()))
	if !r.flag() {
		return
	}
	place := rewardPlaceOf(r.number(), v.Type())
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
	var made reflect.Value
	switch name := r.text(); name {
	case "error":
		made = reflect.ValueOf(r.failure())
	case "@":
		given, known := rewardGiven(r.number())
		if !known || given.Kind() == reflect.Chan || given.Kind() == reflect.Func && wanted.NumMethod() > 0 {
			panic(rewardGarbled{})
		}
		made = given
	case "&":
		stands := interface{}(rewardOpaque{r.number()})
		if face := rewardFaces[wanted]; face != nil {
			stands = face(stands.(rewardOpaque).number)
		}
		made = reflect.ValueOf(stands)
	default:
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
