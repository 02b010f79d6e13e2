// Carries messages between a program and its tests, which are two processes: calls in both
// directions, each with a number by which its answer is known, so that several can wait at once.
package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
)

const (
	rewardGone, rewardRaised, rewardNotCalled, rewardUnsplit = 81, 82, 83, 84
	rewardMost                                               = 256 << 20
	rewardDeepest                                            = 10000
	rewardMostAtOnce                                         = 10000
)

// Before any other code: the wire leaves standard input and output, which stay usable.
var rewardIn, rewardOut = rewardStreams()

func rewardStreams() (*os.File, *os.File) {
	in, problem := syscall.Dup(0)
	out, other := syscall.Dup(1)
	null, third := syscall.Open("/dev/null", syscall.O_RDONLY, 0)
	if problem != nil || other != nil || third != nil || syscall.Dup2(null, 0) != nil || syscall.Dup2(2, 1) != nil {
		syscall.Exit(1)
	}
	return os.NewFile(uintptr(in), "in"), os.NewFile(uintptr(out), "out")
}

func rewardStop(code int, why string) {
	fmt.Fprintln(os.Stderr, why)
	syscall.Exit(code)
}

var rewardPen sync.Mutex

func rewardSend(kind byte, id uint64, body []byte) {
	message := binary.LittleEndian.AppendUint64(nil, uint64(len(body)+9))
	message = append(binary.LittleEndian.AppendUint64(append(message, kind), id), body...)
	rewardPen.Lock()
	defer rewardPen.Unlock()
	if _, problem := rewardOut.Write(message); problem != nil {
		rewardEnded()
	}
}

func rewardReceive() (kind byte, id uint64, body []byte, problem error) {
	head := make([]byte, 17)
	if _, problem = io.ReadFull(rewardIn, head); problem != nil {
		return
	}
	size := binary.LittleEndian.Uint64(head)
	if size < 9 || size > rewardMost {
		return 0, 0, nil, io.ErrUnexpectedEOF
	}
	body = make([]byte, size-9)
	_, problem = io.ReadFull(rewardIn, body)
	return head[8], binary.LittleEndian.Uint64(head[9:]), body, problem
}

// A call that waits for its answer: what comes for it, and whether it does nothing else meanwhile.
type rewardWait struct {
	inbox chan rewardLetter
	idle  bool
}

type rewardLetter struct {
	kind byte
	id   uint64
	body []byte
}

var rewardTurn sync.Mutex
var rewardWaiting = map[uint64]*rewardWait{}
var rewardOrder []uint64
var rewardLastId uint64
var rewardAtOnce int
var rewardClosed bool

// Sends a call and waits for its answer; may run what the other side calls meanwhile.
func rewardAsk(request []byte, runs bool) rewardLetter {
	wait := &rewardWait{inbox: make(chan rewardLetter, 4), idle: runs}
	rewardTurn.Lock()
	rewardLastId++
	id := rewardLastId
	rewardWaiting[id] = wait
	rewardOrder = append(rewardOrder, id)
	closed := rewardClosed
	rewardTurn.Unlock()
	defer rewardForget(id)
	if closed {
		rewardEnded()
	}
	rewardSend('Q', id, request)
	for {
		letter := <-wait.inbox
		if letter.kind != 'Q' {
			return letter
		}
		rewardReplyTo(letter)
		rewardTurn.Lock()
		wait.idle = true
		rewardTurn.Unlock()
	}
}

func rewardForget(id uint64) {
	rewardTurn.Lock()
	defer rewardTurn.Unlock()
	delete(rewardWaiting, id)
	for i := len(rewardOrder) - 1; i >= 0; i-- {
		if rewardOrder[i] == id {
			rewardOrder = append(rewardOrder[:i], rewardOrder[i+1:]...)
			return
		}
	}
}

// Hands out what arrives, until the other side ends.
func rewardServe() {
	for {
		kind, id, body, problem := rewardReceive()
		if problem != nil {
			rewardEnded()
			return
		}
		letter := rewardLetter{kind, id, body}
		rewardTurn.Lock()
		wait := rewardWaiting[id]
		if kind == 'Q' {
			wait = rewardFree(body)
		} else if wait != nil {
			wait.idle = false
		}
		rewardTurn.Unlock()
		if wait != nil {
			wait.inbox <- letter
		} else if kind == 'Q' {
			go rewardRunAlone(letter)
		}
	}
}

// The last call that waits and does nothing else, where such calls run what the other side asks
// for: in the tests, whose functions belong to the goroutine that made the call. What a channel is
// asked for may take its time, and is run by itself.
func rewardFree(request []byte) *rewardWait {
	mayRun := rewardIsTests && !(len(request) > 9 && request[9] == '-')
	for i := len(rewardOrder) - 1; mayRun && i >= 0; i-- {
		if wait := rewardWaiting[rewardOrder[i]]; wait.idle {
			wait.idle = false
			return wait
		}
	}
	if rewardAtOnce++; rewardAtOnce > rewardMostAtOnce {
		rewardStop(rewardGone, "more calls at once than can be run")
	}
	return nil
}

func rewardRunAlone(letter rewardLetter) {
	defer func() {
		rewardTurn.Lock()
		rewardAtOnce--
		rewardTurn.Unlock()
	}()
	rewardReplyTo(letter)
}

func rewardReplyTo(letter rewardLetter) {
	var reply []byte
	defer func() {
		if reply == nil && !rewardIsTests {
			reply = rewardPanicked("the goroutine of the call ended")
			rewardSend(reply[0], letter.id, reply[1:])
		}
	}()
	reply = rewardReply(letter.body)
	rewardFlush()
	rewardSend(reply[0], letter.id, reply[1:])
}
