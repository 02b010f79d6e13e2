// Errors: what they say, which of the errors that both sides name they are, and what they hold.
package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"reflect"
	"strconv"
	"syscall"
)

var rewardErrors = map[string]error{
	"io.EOF": io.EOF, "io.ErrUnexpectedEOF": io.ErrUnexpectedEOF, "io.ErrClosedPipe": io.ErrClosedPipe,
	"fs.ErrNotExist": fs.ErrNotExist, "fs.ErrExist": fs.ErrExist, "fs.ErrPermission": fs.ErrPermission,
	"fs.ErrInvalid": fs.ErrInvalid, "fs.ErrClosed": fs.ErrClosed,
	"context.Canceled": context.Canceled, "context.DeadlineExceeded": context.DeadlineExceeded,
	"strconv.ErrSyntax": strconv.ErrSyntax, "strconv.ErrRange": strconv.ErrRange,
}

func init() {
	for _, pointer := range []interface{}{(*strconv.NumError)(nil), (*fs.PathError)(nil), (*syscall.Errno)(nil)} {
		rewardTypes[rewardTypeOf(pointer).String()] = rewardTypeOf(pointer)
	}
}

// An error of the other side whose type this one does not have.
type rewardError struct {
	text   string
	is     []string
	inside error
	number uint64
}

func (e *rewardError) Error() string { return e.text }

func (e *rewardError) Unwrap() error { return e.inside }

func (e *rewardError) rewardStandsFor() uint64 { return e.number }

func (e *rewardError) Is(target error) bool {
	for _, name := range e.is {
		if rewardErrors[name] == target {
			return true
		}
	}
	return false
}

var rewardErrorFace = rewardTypeOf((*error)(nil))

// Whether an error that is held as this interface may cross as one.
func rewardNamesError(face reflect.Type) bool {
	return face == rewardErrorFace || face.NumMethod() == 0
}

func (w *rewardWriter) failure(problem error, depth int) {
	w.text("error")
	w.text(problem.Error())
	var is []string
	for name, one := range rewardErrors {
		if errors.Is(problem, one) {
			is = append(is, name)
		}
	}
	w.put(reflect.ValueOf(is), depth+1)
	inside := errors.Unwrap(problem)
	w.put(reflect.ValueOf(&inside).Elem(), depth+1)
	v := reflect.ValueOf(problem)
	if v.Kind() == reflect.Ptr {
		w.number(rewardGive(v, v.UnsafePointer()))
	} else {
		w.number(rewardGive(v, nil))
	}
}

func (r *rewardReader) failure() error {
	problem := &rewardError{text: r.text()}
	r.get(reflect.ValueOf(&problem.is).Elem())
	r.get(reflect.ValueOf(&problem.inside).Elem())
	problem.number = r.number()
	for _, name := range problem.is {
		if one := rewardErrors[name]; one != nil && one.Error() == problem.text {
			return one
		}
	}
	return problem
}
