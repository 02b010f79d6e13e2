// Channels of the other side that are read here, and what becomes of values that were fetched when
// such a channel is given back before they were read.
package main

import (
	"fmt"
	"reflect"
)

// Gets values from the other side's channel into the one that stands for it.
type rewardPull struct {
	to         reflect.Value
	stop, done chan bool
	hand       []reflect.Value
}

var rewardPulls = map[uint64]*rewardPull{}

func (p *rewardPull) run(number uint64) {
	defer close(p.done)
	for {
		value, state := reflect.New(p.to.Type().Elem()), 0
		rewardCall(fmt.Sprint("<-", number), nil, value.Interface(), &state)
		switch state {
		case rewardShut:
			p.to.Close()
			return
		case rewardLeft:
			return
		}
		sent, _, _ := reflect.Select([]reflect.SelectCase{
			{Dir: reflect.SelectSend, Chan: p.to, Send: value.Elem()},
			{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(p.stop)},
		})
		if sent != 0 {
			p.hand = append(p.hand, value.Elem())
			return
		}
	}
}

const (
	rewardShut = 1
	rewardLeft = 2
)

// Ends the fetching of a channel's values; what was fetched and not read.
func (p *rewardPull) end(number uint64) []reflect.Value {
	close(p.stop)
	rewardCall(fmt.Sprint("c-", number), nil)
	<-p.done
	var left []reflect.Value
	for {
		value, open := p.to.TryRecv()
		if !open {
			return append(left, p.hand...)
		}
		left = append(left, value)
	}
}

// Writes what was fetched from a channel that goes back to the other side.
func (w *rewardWriter) fetched(number uint64) {
	rewardTables.Lock()
	pull := rewardPulls[number]
	delete(rewardPulls, number)
	delete(rewardEndOf, number)
	rewardTables.Unlock()
	var left []reflect.Value
	if pull != nil {
		left = pull.end(number)
	}
	w.number(uint64(len(left)))
	for _, value := range left {
		w.put(value, 0)
	}
}

// Reads a channel of this side that comes back, with what was fetched from it.
func (r *rewardReader) returned(number uint64, kind reflect.Type) reflect.Value {
	own, known := rewardGiven(number)
	if !known || own.Kind() != reflect.Chan || !own.Type().ConvertibleTo(kind) {
		panic(rewardGarbled{})
	}
	left := make([]reflect.Value, r.count())
	for i := range left {
		left[i] = reflect.New(own.Type().Elem()).Elem()
		r.get(left[i])
	}
	if len(left) == 0 || own.Type().ChanDir()&reflect.RecvDir == 0 {
		return own.Convert(kind)
	}
	whole := reflect.MakeChan(reflect.ChanOf(reflect.BothDir, own.Type().Elem()), own.Cap())
	go func() {
		for _, value := range left {
			whole.Send(value)
		}
		for value, open := own.Recv(); open; value, open = own.Recv() {
			whole.Send(value)
		}
		whole.Close()
	}()
	return whole.Convert(kind)
}

// Ends what waits for a value of a channel of this side, by its number.
var rewardCancels = map[uint64]chan bool{}

func rewardCancel(number uint64) chan bool {
	rewardTables.Lock()
	defer rewardTables.Unlock()
	cancel := rewardCancels[number]
	if cancel == nil {
		cancel = make(chan bool)
		rewardCancels[number] = cancel
	}
	return cancel
}

// A value of a channel of this side, for the other one, unless it no longer wants one.
func rewardFetch(c reflect.Value, number uint64) []reflect.Value {
	chosen, value, open := reflect.Select([]reflect.SelectCase{
		{Dir: reflect.SelectRecv, Chan: c},
		{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(rewardCancel(number))},
	})
	state := 0
	if chosen == 1 {
		value, state = reflect.Zero(c.Type().Elem()), rewardLeft
	} else if !open {
		state = rewardShut
	}
	return []reflect.Value{value, reflect.ValueOf(state)}
}

func rewardLeave(number uint64) {
	cancel := rewardCancel(number)
	select {
	case <-cancel:
	default:
		close(cancel)
	}
}
