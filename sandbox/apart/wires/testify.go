// What tests mostly use of github.com/stretchr/testify, which is not part of Go; by its rules.
package main

import (
	"bytes"
	"math"
	"reflect"
	"strings"
	"testing"
)

type rewardAssertions struct{ stop bool }

type rewardBound struct {
	t testing.TB
	rewardAssertions
}

func (a rewardAssertions) New(t testing.TB) rewardBound { return rewardBound{t, a} }

func (a rewardAssertions) said(t testing.TB, ok bool, expected, actual interface{}) bool {
	t.Helper()
	if !ok && a.stop {
		t.Fatalf("expected %v, got %v", expected, actual)
	} else if !ok {
		t.Errorf("expected %v, got %v", expected, actual)
	}
	return ok
}

func rewardEqual(expected, actual interface{}) bool {
	want, ok := expected.([]byte)
	have, other := actual.([]byte)
	if ok && other && want != nil && have != nil {
		return bytes.Equal(want, have)
	}
	return reflect.DeepEqual(expected, actual)
}

func rewardNil(v interface{}) bool {
	if v == nil {
		return true
	}
	kind := reflect.ValueOf(v).Kind()
	return kind >= reflect.Chan && kind <= reflect.Slice && kind != reflect.String && reflect.ValueOf(v).IsNil()
}

func rewardNumber(v interface{}) float64 {
	converted := reflect.ValueOf(v)
	if !converted.IsValid() || !converted.CanConvert(reflect.TypeOf(0.0)) {
		return math.NaN()
	}
	return converted.Convert(reflect.TypeOf(0.0)).Float()
}

func rewardClose(expected, actual interface{}, delta float64) bool {
	want, have := rewardNumber(expected), rewardNumber(actual)
	return math.Abs(want-have) <= delta || math.IsNaN(want) && math.IsNaN(have)
}

func rewardHolds(all, one interface{}) bool {
	if text, ok := all.(string); ok {
		part, ok := one.(string)
		return ok && strings.Contains(text, part)
	}
	v := reflect.ValueOf(all)
	if v.Kind() == reflect.Map {
		return v.MapIndex(reflect.ValueOf(one)).IsValid()
	}
	for i := 0; (v.Kind() == reflect.Slice || v.Kind() == reflect.Array) && i < v.Len(); i++ {
		if rewardEqual(v.Index(i).Interface(), one) {
			return true
		}
	}
	return false
}

func rewardMatch(expected, actual interface{}) bool {
	want, have := reflect.ValueOf(expected), reflect.ValueOf(actual)
	if rewardLen(expected) != rewardLen(actual) {
		return false
	}
	used := map[int]bool{}
	for i := 0; i < want.Len(); i++ {
		found := false
		for j := 0; j < have.Len() && !found; j++ {
			if !used[j] && rewardEqual(want.Index(i).Interface(), have.Index(j).Interface()) {
				used[j], found = true, true
			}
		}
		if !found {
			return false
		}
	}
	return true
}

func rewardLen(v interface{}) int {
	if v == nil {
		return 0
	}
	switch reflect.ValueOf(v).Kind() {
	case reflect.Slice, reflect.Array, reflect.Map, reflect.String, reflect.Chan:
		return reflect.ValueOf(v).Len()
	}
	return -1
}

func rewardPanicsIn(f func()) (panicked bool) {
	defer func() { panicked = recover() != nil }()
	f()
	return false
}

func rewardEmpty(v interface{}) bool {
	return rewardLen(v) == 0 || rewardLen(v) < 0 && reflect.ValueOf(v).IsZero()
}

func rewardText(e error) string {
	if e == nil {
		return ""
	}
	return e.Error()
}

func (a rewardAssertions) Equal(t testing.TB, expected, actual interface{}, _ ...interface{}) bool {
	t.Helper()
	return a.said(t, rewardEqual(expected, actual), expected, actual)
}

func (b rewardBound) Equal(expected, actual interface{}, _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.Equal(b.t, expected, actual)
}

func (a rewardAssertions) NotEqual(t testing.TB, expected, actual interface{}, _ ...interface{}) bool {
	t.Helper()
	return a.said(t, !rewardEqual(expected, actual), "another value", actual)
}

func (b rewardBound) NotEqual(expected, actual interface{}, _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.NotEqual(b.t, expected, actual)
}

func (a rewardAssertions) EqualValues(t testing.TB, expected, actual interface{}, _ ...interface{}) bool {
	t.Helper()
	return a.said(t, rewardEqual(expected, actual) || rewardClose(expected, actual, 0), expected, actual)
}

func (b rewardBound) EqualValues(expected, actual interface{}, _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.EqualValues(b.t, expected, actual)
}

func (a rewardAssertions) True(t testing.TB, value bool, _ ...interface{}) bool {
	t.Helper()
	return a.said(t, value, true, value)
}

func (b rewardBound) True(value bool, _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.True(b.t, value)
}

func (a rewardAssertions) False(t testing.TB, value bool, _ ...interface{}) bool {
	t.Helper()
	return a.said(t, !value, false, value)
}

func (b rewardBound) False(value bool, _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.False(b.t, value)
}

func (a rewardAssertions) Nil(t testing.TB, value interface{}, _ ...interface{}) bool {
	t.Helper()
	return a.said(t, rewardNil(value), nil, value)
}

func (b rewardBound) Nil(value interface{}, _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.Nil(b.t, value)
}

func (a rewardAssertions) NotNil(t testing.TB, value interface{}, _ ...interface{}) bool {
	t.Helper()
	return a.said(t, !rewardNil(value), "a value", value)
}

func (b rewardBound) NotNil(value interface{}, _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.NotNil(b.t, value)
}

func (a rewardAssertions) Error(t testing.TB, problem error, _ ...interface{}) bool {
	t.Helper()
	return a.said(t, problem != nil, "an error", problem)
}

func (b rewardBound) Error(problem error, _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.Error(b.t, problem)
}

func (a rewardAssertions) NoError(t testing.TB, problem error, _ ...interface{}) bool {
	t.Helper()
	return a.said(t, problem == nil, "no error", problem)
}

func (b rewardBound) NoError(problem error, _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.NoError(b.t, problem)
}

func (a rewardAssertions) EqualError(t testing.TB, problem error, text string, _ ...interface{}) bool {
	t.Helper()
	return a.said(t, problem != nil && rewardText(problem) == text, text, problem)
}

func (b rewardBound) EqualError(problem error, text string, _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.EqualError(b.t, problem, text)
}

func (a rewardAssertions) InDelta(t testing.TB, expected, actual interface{}, delta float64, _ ...interface{}) bool {
	t.Helper()
	return a.said(t, rewardClose(expected, actual, delta), expected, actual)
}

func (b rewardBound) InDelta(expected, actual interface{}, delta float64, _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.InDelta(b.t, expected, actual, delta)
}

func (a rewardAssertions) Len(t testing.TB, value interface{}, size int, _ ...interface{}) bool {
	t.Helper()
	return a.said(t, rewardLen(value) == size, size, value)
}

func (b rewardBound) Len(value interface{}, size int, _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.Len(b.t, value, size)
}

func (a rewardAssertions) Empty(t testing.TB, value interface{}, _ ...interface{}) bool {
	t.Helper()
	return a.said(t, rewardEmpty(value), "nothing", value)
}

func (b rewardBound) Empty(value interface{}, _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.Empty(b.t, value)
}

func (a rewardAssertions) NotEmpty(t testing.TB, value interface{}, _ ...interface{}) bool {
	t.Helper()
	return a.said(t, !rewardEmpty(value), "something", value)
}

func (b rewardBound) NotEmpty(value interface{}, _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.NotEmpty(b.t, value)
}

func (a rewardAssertions) Contains(t testing.TB, all, one interface{}, _ ...interface{}) bool {
	t.Helper()
	return a.said(t, rewardHolds(all, one), one, all)
}

func (b rewardBound) Contains(all, one interface{}, _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.Contains(b.t, all, one)
}

func (a rewardAssertions) NotContains(t testing.TB, all, one interface{}, _ ...interface{}) bool {
	t.Helper()
	return a.said(t, !rewardHolds(all, one), "not to hold it", all)
}

func (b rewardBound) NotContains(all, one interface{}, _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.NotContains(b.t, all, one)
}

func (a rewardAssertions) ElementsMatch(t testing.TB, expected, actual interface{}, _ ...interface{}) bool {
	t.Helper()
	return a.said(t, rewardMatch(expected, actual), expected, actual)
}

func (b rewardBound) ElementsMatch(expected, actual interface{}, _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.ElementsMatch(b.t, expected, actual)
}

func (a rewardAssertions) Panics(t testing.TB, f func(), _ ...interface{}) bool {
	t.Helper()
	return a.said(t, rewardPanicsIn(f), "a panic", "none")
}

func (b rewardBound) Panics(f func(), _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.Panics(b.t, f)
}

func (a rewardAssertions) NotPanics(t testing.TB, f func(), _ ...interface{}) bool {
	t.Helper()
	return a.said(t, !rewardPanicsIn(f), "no panic", "one")
}

func (b rewardBound) NotPanics(f func(), _ ...interface{}) bool {
	b.t.Helper()
	return b.rewardAssertions.NotPanics(b.t, f)
}
