// Channels: each side has one of its own, and what is sent into the one comes out of the other.
package main

import (
	"fmt"
	"reflect"
	"strconv"
	"sync"
	"time"
	"unsafe"
)

// The channels here that stand for one of the other side, by their address and by its number.
var rewardEnds = map[unsafe.Pointer]uint64{}
var rewardEndOf = map[uint64]reflect.Value{}

// What this side sends on to the other, and has not yet.
type rewardPump struct {
	lock    sync.Mutex
	from    reflect.Value
	pending bool
	blocked bool
}

var rewardPumps []*rewardPump

// Writes a channel: which way values go for the reader, its size, and its number.
func (w *rewardWriter) channel(v reflect.Value) {
	if v.IsNil() {
		w.bytes = append(w.bytes, 0)
		return
	}
	rewardTables.Lock()
	number, remote := rewardEnds[v.UnsafePointer()]
	rewardTables.Unlock()
	way := byte('r')
	if remote {
		way = 'o'
	} else if v.Type().ChanDir() == reflect.SendDir {
		way = 's'
	}
	w.bytes = append(w.bytes, way)
	if way == 'r' && !w.compares && v.Type().Elem().Size() == 0 {
		// One that only ends something may have ended: those who look at once must see it.
		value, open := v.TryRecv()
		w.bytes[len(w.bytes)-1] = map[bool]byte{true: 'c', false: 'r'}[value.IsValid() && !open]
	}
	if !remote && !w.compares {
		number = rewardGive(v, v.UnsafePointer())
		rewardTables.Lock()
		delete(rewardCancels, number)
		rewardTables.Unlock()
	}
	w.number(number)
	if remote && !w.compares {
		w.fetched(number)
	}
	if remote {
		return
	}
	w.number(uint64(v.Cap()))
}

func (r *rewardReader) channel(v reflect.Value) {
	v.Set(reflect.Zero(v.Type()))
	way := r.take(1)[0]
	if way == 0 {
		return
	}
	number := r.number()
	if way == 'o' {
		v.Set(r.returned(number, v.Type()))
		return
	}
	size := r.number()
	if size > 1<<20 {
		panic(rewardGarbled{})
	}
	rewardTables.Lock()
	defer rewardTables.Unlock()
	if end, known := rewardEndOf[number]; known && way != 'c' && end.Type().ConvertibleTo(v.Type()) {
		v.Set(end.Convert(v.Type()))
		return
	}
	made := reflect.MakeChan(reflect.ChanOf(reflect.BothDir, v.Type().Elem()), int(size))
	rewardEnds[made.UnsafePointer()] = number
	rewardEndOf[number] = made
	if way == 'c' {
		made.Close()
	} else if way == 's' {
		pump := &rewardPump{from: made}
		rewardPumps = append(rewardPumps, pump)
		go pump.run(number)
	} else {
		pull := &rewardPull{to: made, stop: make(chan bool), done: make(chan bool)}
		rewardPulls[number] = pull
		go pull.run(number)
	}
	v.Set(made.Convert(v.Type()))
}

// Sends on what is sent into the channel that stands for one of the other side.
func (p *rewardPump) run(number uint64) {
	for {
		value, open := p.from.Recv()
		p.set(true, false)
		if !open {
			rewardCall(fmt.Sprint("x-", number), nil)
			p.set(false, false)
			return
		}
		place, sent := reflect.New(value.Type()), false
		place.Elem().Set(value)
		rewardCall(fmt.Sprint("?-", number), []interface{}{place.Interface()}, &sent)
		if !sent {
			p.set(true, true)
			rewardCall(fmt.Sprint("!-", number), []interface{}{place.Interface()})
		}
		p.set(false, false)
	}
}

func (p *rewardPump) set(pending, blocked bool) {
	p.lock.Lock()
	p.pending, p.blocked = pending, blocked
	p.lock.Unlock()
}

func (p *rewardPump) waits() bool {
	p.lock.Lock()
	defer p.lock.Unlock()
	return !p.blocked && (p.pending || p.from.Len() > 0)
}

// Waits until what was sent has arrived, or waits there for a receiver: what a call sent is there
// when it returns.
func rewardFlush() {
	rewardTables.Lock()
	pumps := rewardPumps
	rewardTables.Unlock()
	for _, pump := range pumps {
		for quiet := 0; quiet < 2; quiet++ {
			if pump.waits() {
				quiet = 0
			}
			time.Sleep(20 * time.Microsecond)
		}
	}
}

// What the other side asks of a channel of this side, as a function; none where there is no such.
func rewardChannelCall(name string) (function reflect.Value) {
	if len(name) < 3 || name[1] != '-' {
		return
	}
	number, problem := strconv.ParseUint(name[2:], 10, 64)
	c, known := rewardGiven(number)
	if problem != nil || !known || c.Kind() != reflect.Chan {
		return
	}
	elem, sends := c.Type().Elem(), c.Type().ChanDir()&reflect.SendDir != 0
	switch {
	case name[0] == '<' && c.Type().ChanDir()&reflect.RecvDir != 0:
		kind := reflect.FuncOf(nil, []reflect.Type{elem, reflect.TypeOf(0)}, false)
		return reflect.MakeFunc(kind, func([]reflect.Value) []reflect.Value { return rewardFetch(c, number) })
	case name[0] == 'c':
		return reflect.ValueOf(func() { rewardLeave(number) })
	case name[0] == '?' && sends:
		kind := reflect.FuncOf([]reflect.Type{elem}, []reflect.Type{reflect.TypeOf(true)}, false)
		return reflect.MakeFunc(kind, func(given []reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.ValueOf(c.TrySend(given[0]))}
		})
	case name[0] == '!' && sends:
		return reflect.MakeFunc(reflect.FuncOf([]reflect.Type{elem}, nil, false), func(given []reflect.Value) []reflect.Value {
			c.Send(given[0])
			return nil
		})
	case name[0] == 'x' && sends:
		return reflect.ValueOf(func() { c.Close() })
	}
	return reflect.Value{}
}
