// The types that both processes know by name.
package main

import (
	"reflect"
	"strconv"
	"strings"
)

var rewardBasic = func() map[string]reflect.Type {
	var any interface{}
	known := map[string]reflect.Type{"interface {}": reflect.TypeOf(&any).Elem()}
	for _, v := range []interface{}{false, 0, int8(0), int16(0), int32(0), int64(0), uint(0), uint8(0), uint16(0),
		uint32(0), uint64(0), float32(0), 0.0, complex64(0), complex128(0), ""} {
		known[reflect.TypeOf(v).String()] = reflect.TypeOf(v)
	}
	return known
}()

// The type of a name as reflect writes it, or nil.
func rewardType(name string) reflect.Type {
	if known := rewardBasic[name]; known != nil {
		return known
	}
	if known := rewardTypes[name]; known != nil {
		return known
	}
	switch {
	case strings.HasPrefix(name, "*"):
		if inner := rewardType(name[1:]); inner != nil {
			return reflect.PtrTo(inner)
		}
	case strings.HasPrefix(name, "[]"):
		if inner := rewardType(name[2:]); inner != nil {
			return reflect.SliceOf(inner)
		}
	case strings.HasPrefix(name, "map["):
		if end := strings.Index(name, "]"); end > 0 {
			key, inner := rewardType(name[4:end]), rewardType(name[end+1:])
			if key != nil && inner != nil && key.Comparable() {
				return reflect.MapOf(key, inner)
			}
		}
	case strings.HasPrefix(name, "["):
		end := strings.Index(name, "]")
		if end < 0 {
			return nil
		}
		size, problem := strconv.Atoi(name[1:end])
		if inner := rewardType(name[end+1:]); inner != nil && problem == nil && size >= 0 && size < 1<<20 {
			return reflect.ArrayOf(size, inner)
		}
	}
	return nil
}

func rewardTypeOf(pointer interface{}) reflect.Type { return reflect.TypeOf(pointer).Elem() }

// The types that generic functions were called with.
var rewardArguments = map[string]bool{}

// The name of a generic function with its types, which pointers tell.
func rewardName(start, end string, pointers ...interface{}) string {
	names := make([]string, len(pointers))
	for i, pointer := range pointers {
		names[i] = rewardTypeOf(pointer).String()
		rewardTables.Lock()
		rewardArguments[strings.TrimLeft(names[i], "*")] = true
		rewardTables.Unlock()
	}
	return start + strings.Join(names, ",") + end
}
