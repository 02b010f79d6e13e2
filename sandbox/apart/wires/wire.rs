// Carries calls between a program and its tests, which are two processes: as bytes of known types.
#[allow(dead_code, static_mut_refs, unused)]
pub mod reward_wire {
    use std::any::Any;
    use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
    use super::reward_boxes::{is_kept, run_kept};
    use std::hash::Hash;

    pub const GONE: i32 = 81;
    pub const RAISED: i32 = 82;
    pub const NOT_CALLED: i32 = 83;
    pub const UNSPLIT: i32 = 84;
    const MOST: u64 = 256 << 20;

    extern "C" {
        fn read(file: i32, to: *mut u8, size: usize) -> isize;
        fn write(file: i32, from: *const u8, size: usize) -> isize;
        fn dup(file: i32) -> i32;
        fn dup2(from: i32, to: i32) -> i32;
        fn open(path: *const u8, flags: i32, ...) -> i32;
        fn _exit(code: i32) -> !;
        fn on_exit(run: extern "C" fn(i32, *mut u8), with: *mut u8) -> i32;
    }

    static mut IN: i32 = 0;
    static mut OUT: i32 = 1;
    static mut CALLS: u64 = 0;
    static mut THREW: bool = false;

    pub fn stop(code: i32, why: &str) -> ! {
        unsafe {
            write(2, why.as_ptr(), why.len());
            _exit(code)
        }
    }

    // Before any other code: the wire leaves standard input and output, which stay usable.
    extern "C" fn take_streams() {
        unsafe {
            IN = dup(0);
            OUT = dup(1);
            let null = open(b"/dev/null\0".as_ptr(), 0);
            if IN < 0 || OUT < 0 || null < 0 || dup2(null, 0) < 0 || dup2(2, 1) < 0 {
                _exit(1);
            }
        }
    }
    #[used]
    #[link_section = ".preinit_array"]
    static FIRST: extern "C" fn() = take_streams;

    fn receive_exactly(to: &mut [u8]) -> bool {
        let mut at = 0;
        while at < to.len() {
            let got = unsafe { read(IN, to[at..].as_mut_ptr(), to.len() - at) };
            if got <= 0 {
                return false;
            }
            at += got as usize;
        }
        true
    }

    pub fn receive() -> Option<Vec<u8>> {
        let mut head = [0u8; 8];
        if !receive_exactly(&mut head) || u64::from_le_bytes(head) > MOST {
            return None;
        }
        let mut message = vec![0u8; u64::from_le_bytes(head) as usize];
        if receive_exactly(&mut message) { Some(message) } else { None }
    }

    pub fn send(message: &[u8]) -> bool {
        let mut all = (message.len() as u64).to_le_bytes().to_vec();
        all.extend_from_slice(message);
        let mut at = 0;
        while at < all.len() {
            let put = unsafe { write(OUT, all[at..].as_ptr(), all.len() - at) };
            if put <= 0 {
                return false;
            }
            at += put as usize;
        }
        true
    }

    pub fn nonsense() -> ! {
        stop(GONE, "the program wrote nonsense")
    }

    fn take<'a>(from: &mut &'a [u8], size: usize) -> &'a [u8] {
        if size > from.len() {
            nonsense();
        }
        let (taken, rest) = from.split_at(size);
        *from = rest;
        taken
    }

    fn count(from: &mut &[u8]) -> usize {
        let n = u64::get(from);
        if n > from.len() as u64 {
            nonsense();
        }
        n as usize
    }

    /// What can travel.
    pub trait Wire: Sized {
        fn put(&self, to: &mut Vec<u8>);
        fn get(from: &mut &[u8]) -> Self;
        /// Shows every part that can be changed in place, itself first, the same on both sides.
        fn visit(&mut self, see: &mut See) { see_it(self, see); }
        /// Writes what stands in cells, which change although they are not borrowed for that.
        fn put_cells(&self, _: &mut Vec<u8>) {}
        fn get_cells(&self, _: &mut &[u8]) {}
    }
    pub type See<'a> = dyn FnMut(*mut u8, &'static str) + 'a;
    pub fn see_it<T>(it: &mut T, see: &mut See) {
        see(it as *mut T as *mut u8, std::any::type_name::<T>());
    }

    /// The number of a part among those of a whole; none has the last number.
    pub fn part<W: Wire, T>(whole: *const W, part: *const T) -> u64 {
        let whole = unsafe { &mut *(whole as *mut W) };
        let (mut number, mut at) = (u64::MAX, 0);
        whole.visit(&mut |place, name| {
            if place as *const u8 == part as *const u8 && name == std::any::type_name::<T>() && number == u64::MAX {
                number = at;
            }
            at += 1;
        });
        number
    }
    /// The part with a number, or else a copy of it.
    pub fn part_or<'a, W: Wire, T>(whole: &'a mut W, number: u64, copy: T) -> &'a mut T {
        let (mut found, mut at) = (std::ptr::null_mut(), 0);
        whole.visit(&mut |place, name| {
            if at == number {
                if name != std::any::type_name::<T>() {
                    nonsense();
                }
                found = place as *mut T;
            }
            at += 1;
        });
        if found.is_null() { Box::leak(Box::new(copy)) } else { unsafe { &mut *found } }
    }

    macro_rules! numbers {
        ($($kind:ty)*) => {$(impl Wire for $kind {
            fn put(&self, to: &mut Vec<u8>) { to.extend_from_slice(&self.to_le_bytes()); }
            fn get(from: &mut &[u8]) -> Self {
                let mut bytes = [0u8; std::mem::size_of::<$kind>()];
                bytes.copy_from_slice(take(from, std::mem::size_of::<$kind>()));
                <$kind>::from_le_bytes(bytes)
            }
        })*};
    }
    numbers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64);

    impl Wire for bool {
        fn put(&self, to: &mut Vec<u8>) { to.push(*self as u8); }
        fn get(from: &mut &[u8]) -> Self { take(from, 1)[0] != 0 }
    }
    impl Wire for char {
        fn put(&self, to: &mut Vec<u8>) { (*self as u32).put(to); }
        fn get(from: &mut &[u8]) -> Self { char::from_u32(u32::get(from)).unwrap_or_else(|| nonsense()) }
    }
    impl Wire for () {
        fn put(&self, _: &mut Vec<u8>) {}
        fn get(_: &mut &[u8]) -> Self {}
    }
    impl Wire for String {
        fn put(&self, to: &mut Vec<u8>) { self.as_str().to_bytes(to); }
        fn get(from: &mut &[u8]) -> Self {
            let size = count(from);
            String::from_utf8(take(from, size).to_vec()).unwrap_or_else(|_| nonsense())
        }
    }
    trait ToBytes { fn to_bytes(&self, to: &mut Vec<u8>); }
    impl ToBytes for str {
        fn to_bytes(&self, to: &mut Vec<u8>) {
            (self.len() as u64).put(to);
            to.extend_from_slice(self.as_bytes());
        }
    }
    impl<'a> Wire for &'a str {
        fn put(&self, to: &mut Vec<u8>) { self.to_bytes(to); }
        fn get(from: &mut &[u8]) -> Self { Box::leak(String::get(from).into_boxed_str()) }
    }
    impl<'a> Wire for std::borrow::Cow<'a, str> {
        fn put(&self, to: &mut Vec<u8>) { self.to_bytes(to); }
        fn get(from: &mut &[u8]) -> Self { std::borrow::Cow::Owned(String::get(from)) }
    }
    macro_rules! inner_cells {
        () => {
            fn put_cells(&self, to: &mut Vec<u8>) { (**self).put_cells(to); }
            fn get_cells(&self, from: &mut &[u8]) { (**self).get_cells(from); }
        };
    }
    macro_rules! cells_of_all {
        () => {
            fn put_cells(&self, to: &mut Vec<u8>) { for item in self.iter() { item.put_cells(to); } }
            fn get_cells(&self, from: &mut &[u8]) { for item in self.iter() { item.get_cells(from); } }
        };
    }
    impl<'a, T: Wire + 'a> Wire for &'a T {
        fn put(&self, to: &mut Vec<u8>) { (**self).put(to); }
        fn get(from: &mut &[u8]) -> Self { Box::leak(Box::new(T::get(from))) }
        inner_cells!();
    }
    impl<'a, T: Wire + 'a> Wire for &'a mut T {
        fn put(&self, to: &mut Vec<u8>) { (**self).put(to); }
        fn get(from: &mut &[u8]) -> Self { Box::leak(Box::new(T::get(from))) }
    }
    fn put_all<'a, T: Wire + 'a>(size: usize, items: impl Iterator<Item = &'a T>, to: &mut Vec<u8>) {
        (size as u64).put(to);
        for item in items { item.put(to); }
    }
    impl<'a, T: Wire + 'a> Wire for &'a [T] {
        fn put(&self, to: &mut Vec<u8>) { put_all(self.len(), self.iter(), to); }
        fn get(from: &mut &[u8]) -> Self { Box::leak(Vec::<T>::get(from).into_boxed_slice()) }
        cells_of_all!();
    }
    impl<'a, T: Wire + 'a> Wire for &'a mut [T] {
        fn put(&self, to: &mut Vec<u8>) { put_all(self.len(), self.iter(), to); }
        fn get(from: &mut &[u8]) -> Self { Box::leak(Vec::<T>::get(from).into_boxed_slice()) }
    }
    macro_rules! collections {
        ($($name:ident: $($bound:path),*;)*) => {$(impl<T: Wire $(+ $bound)*> Wire for $name<T> {
            fn put(&self, to: &mut Vec<u8>) { put_all(self.len(), self.iter(), to); }
            fn get(from: &mut &[u8]) -> Self { (0..count(from)).map(|_| T::get(from)).collect() }
        })*};
    }
    collections!(HashSet: Hash, Eq; BTreeSet: Ord; BinaryHeap: Ord;);
    macro_rules! lists {
        ($($name:ident)*) => {$(impl<T: Wire> Wire for $name<T> {
            fn put(&self, to: &mut Vec<u8>) { put_all(self.len(), self.iter(), to); }
            fn get(from: &mut &[u8]) -> Self { (0..count(from)).map(|_| T::get(from)).collect() }
            fn visit(&mut self, see: &mut See) {
                see_it(self, see);
                for item in self.iter_mut() { item.visit(see); }
            }
            cells_of_all!();
        })*};
    }
    lists!(Vec VecDeque LinkedList);
    macro_rules! maps {
        ($($name:ident: $($bound:path),*;)*) => {$(impl<K: Wire $(+ $bound)*, V: Wire> Wire for $name<K, V> {
            fn put(&self, to: &mut Vec<u8>) {
                (self.len() as u64).put(to);
                for (key, value) in self { key.put(to); value.put(to); }
            }
            fn get(from: &mut &[u8]) -> Self {
                (0..count(from)).map(|_| { let key = K::get(from); (key, V::get(from)) }).collect()
            }
            fn visit(&mut self, see: &mut See) {
                see_it(self, see);
                let mut rows: Vec<(Vec<u8>, &mut V)> = self.iter_mut().map(|(key, value)| {
                    let mut bytes = Vec::new();
                    key.put(&mut bytes);
                    (bytes, value)
                }).collect();
                rows.sort_by(|a, b| a.0.cmp(&b.0));
                for (_, value) in rows { value.visit(see); }
            }
        })*};
    }
    maps!(HashMap: Hash, Eq; BTreeMap: Ord;);
    impl<T: Wire, const N: usize> Wire for [T; N] {
        fn put(&self, to: &mut Vec<u8>) { for item in self { item.put(to); } }
        fn get(from: &mut &[u8]) -> Self { [(); N].map(|_| T::get(from)) }
        fn visit(&mut self, see: &mut See) {
            see_it(self, see);
            for item in self { item.visit(see); }
        }
        cells_of_all!();
    }
    impl<T: Wire> Wire for Option<T> {
        fn put(&self, to: &mut Vec<u8>) {
            self.is_some().put(to);
            if let Some(value) = self { value.put(to); }
        }
        fn get(from: &mut &[u8]) -> Self { if bool::get(from) { Some(T::get(from)) } else { None } }
        fn visit(&mut self, see: &mut See) {
            see_it(self, see);
            if let Some(value) = self { value.visit(see); }
        }
        cells_of_all!();
    }
    impl<T: Wire, E: Wire> Wire for Result<T, E> {
        fn put(&self, to: &mut Vec<u8>) {
            self.is_ok().put(to);
            match self { Ok(value) => value.put(to), Err(error) => error.put(to) }
        }
        fn get(from: &mut &[u8]) -> Self { if bool::get(from) { Ok(T::get(from)) } else { Err(E::get(from)) } }
    }
    impl<T: Wire> Wire for Box<T> {
        fn put(&self, to: &mut Vec<u8>) { (**self).put(to); }
        fn get(from: &mut &[u8]) -> Self { Box::new(T::get(from)) }
        fn visit(&mut self, see: &mut See) {
            see_it(self, see);
            (**self).visit(see);
        }
        inner_cells!();
    }
    impl<T: Wire> Wire for Box<[T]> {
        fn put(&self, to: &mut Vec<u8>) { put_all(self.len(), self.iter(), to); }
        fn get(from: &mut &[u8]) -> Self { Vec::<T>::get(from).into_boxed_slice() }
    }
    macro_rules! shared {
        ($($kind:path)*) => {$(impl<T: Wire> Wire for $kind {
            fn put(&self, to: &mut Vec<u8>) { (**self).put(to); }
            fn get(from: &mut &[u8]) -> Self { Self::new(T::get(from)) }
            inner_cells!();
        })*};
    }
    shared!(std::rc::Rc<T> std::sync::Arc<T>);
    macro_rules! cells {
        ($($kind:path, [$($bound:path)?] $cell:ident $read:expr, $write:expr;)*) => {$(impl<T: Wire $(+ $bound)?> Wire for $kind {
            fn put(&self, to: &mut Vec<u8>) { let $cell = self; $read.put(to); }
            fn get(from: &mut &[u8]) -> Self { Self::new(T::get(from)) }
            fn put_cells(&self, to: &mut Vec<u8>) { self.put(to); }
            fn get_cells(&self, from: &mut &[u8]) { let $cell = self; *$write = T::get(from); }
        })*};
    }
    cells! {
        std::cell::RefCell<T>, [] cell cell.borrow(), cell.borrow_mut();
        std::cell::Cell<T>, [Copy] cell cell.get(), unsafe { &mut *cell.as_ptr() };
        std::sync::Mutex<T>, [] cell cell.lock().unwrap_or_else(|broken| broken.into_inner()), cell.lock().unwrap_or_else(|broken| broken.into_inner());
        std::sync::RwLock<T>, [] cell cell.read().unwrap_or_else(|broken| broken.into_inner()), cell.write().unwrap_or_else(|broken| broken.into_inner());
    }
    macro_rules! atomics {
        ($($kind:ident $inner:ty;)*) => {$(impl Wire for std::sync::atomic::$kind {
            fn put(&self, to: &mut Vec<u8>) { self.load(std::sync::atomic::Ordering::SeqCst).put(to); }
            fn get(from: &mut &[u8]) -> Self { Self::new(<$inner>::get(from)) }
            fn put_cells(&self, to: &mut Vec<u8>) { self.put(to); }
            fn get_cells(&self, from: &mut &[u8]) { self.store(<$inner>::get(from), std::sync::atomic::Ordering::SeqCst); }
        })*};
    }
    atomics!(AtomicUsize usize; AtomicIsize isize; AtomicI32 i32; AtomicI64 i64; AtomicU32 u32; AtomicU64 u64; AtomicBool bool;);
    macro_rules! tuples {
        ($(($($name:ident)*))*) => {$(impl<$($name: Wire),*> Wire for ($($name,)*) {
            #[allow(non_snake_case)]
            fn put(&self, to: &mut Vec<u8>) { let ($($name,)*) = self; $($name.put(to);)* }
            fn get(from: &mut &[u8]) -> Self { ($($name::get(from),)*) }
            #[allow(non_snake_case)]
            fn visit(&mut self, see: &mut See) {
                see_it(self, see);
                let ($($name,)*) = self;
                $($name.visit(see);)*
            }
            #[allow(non_snake_case)]
            fn put_cells(&self, to: &mut Vec<u8>) { let ($($name,)*) = self; $($name.put_cells(to);)* }
            #[allow(non_snake_case)]
            fn get_cells(&self, from: &mut &[u8]) { let ($($name,)*) = self; $($name.get_cells(from);)* }
        })*};
    }
    tuples!((A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H));

    // What tests put into a box of anything.
    macro_rules! anything {
        ($($tag:literal $kind:ty),*) => {impl Wire for Box<dyn Any> {
            fn put(&self, to: &mut Vec<u8>) {
                $(if let Some(value) = self.downcast_ref::<$kind>() { to.push($tag); return value.put(to); })*
                to.push(255);
            }
            fn get(from: &mut &[u8]) -> Self {
                match u8::get(from) { $($tag => Box::new(<$kind>::get(from)),)* _ => Box::new(()) }
            }
        }};
    }
    anything!(0 i32, 1 String, 2 &'static str, 3 f64, 4 bool, 5 i64, 6 u32, 7 u64, 8 usize, 9 f32, 10 char, 11 u8,
              12 Vec<i32>, 13 Vec<String>, 14 Vec<&'static str>, 15 i128, 16 isize);
    impl Wire for Box<dyn std::error::Error> {
        fn put(&self, to: &mut Vec<u8>) { self.to_string().put(to); }
        fn get(from: &mut &[u8]) -> Self { String::get(from).into() }
    }
    impl Wire for std::num::ParseIntError {
        fn put(&self, to: &mut Vec<u8>) {
            use std::num::IntErrorKind::*;
            to.push(match self.kind() { Empty => 0, InvalidDigit => 1, PosOverflow => 2, _ => 3 })
        }
        fn get(from: &mut &[u8]) -> Self {
            ["", "x", "128", "-129"][(u8::get(from) as usize).min(3)].parse::<i8>().unwrap_err()
        }
    }
    impl Wire for std::num::ParseFloatError {
        fn put(&self, to: &mut Vec<u8>) { to.push((self.to_string() != "".parse::<f64>().unwrap_err().to_string()) as u8) }
        fn get(from: &mut &[u8]) -> Self { ["", "x"][(u8::get(from) as usize).min(1)].parse::<f64>().unwrap_err() }
    }
    impl Wire for std::time::Duration {
        fn put(&self, to: &mut Vec<u8>) { self.as_secs().put(to); self.subsec_nanos().put(to); }
        fn get(from: &mut &[u8]) -> Self {
            let seconds = u64::get(from);
            Self::from_secs(seconds) + Self::from_nanos(u32::get(from) as u64)
        }
    }
    impl Wire for std::cmp::Ordering {
        fn put(&self, to: &mut Vec<u8>) { (*self as i8).put(to); }
        fn get(from: &mut &[u8]) -> Self { i8::get(from).cmp(&0) }
    }

    // One thread at a time uses the wire; it may do so again while it does.
    thread_local!(static INSIDE: std::cell::Cell<u32> = std::cell::Cell::new(0));
    struct Turn(Option<std::sync::MutexGuard<'static, ()>>);
    fn turn() -> Turn {
        static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());
        let first = INSIDE.with(|inside| inside.replace(inside.get() + 1)) == 0;
        Turn(if first { Some(LOCK.lock().unwrap_or_else(|broken| broken.into_inner())) } else { None })
    }
    impl Drop for Turn {
        fn drop(&mut self) { INSIDE.with(|inside| inside.set(inside.get() - 1)); }
    }
    const ANSWER: u64 = u64::MAX - 1;

    // ---- The program's process.

    static mut RUN: Option<fn(u64, &mut &[u8], &mut Vec<u8>)> = None;

    pub fn answer(run: fn(u64, &mut &[u8], &mut Vec<u8>)) -> ! {
        std::panic::set_hook(Box::new(|_| {}));
        unsafe { RUN = Some(run); }
        while let Some(message) = receive() {
            serve(&message);
        }
        unsafe { _exit(0) }
    }

    fn serve(message: &[u8]) {
        let mut reply = vec![b'R'];
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut from = message;
            let index = u64::get(&mut from);
            if is_kept(index) {
                return run_kept(index, &mut from, &mut reply);
            }
            unsafe { RUN.unwrap()(index, &mut from, &mut reply); }
        }));
        if let Err(problem) = caught {
            let text = problem.downcast_ref::<String>().cloned();
            let text = text.or_else(|| problem.downcast_ref::<&str>().map(|text| text.to_string()));
            reply = vec![b'P'];
            text.unwrap_or_default().put(&mut reply);
        }
        if !send(&reply) {
            unsafe { _exit(0) }
        }
    }

    // Calls a closure of the tests; serves what they call meanwhile.
    pub fn ask(number: u64, arguments: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let _turn = turn();
        let mut message = vec![b'Q'];
        number.put(&mut message);
        arguments(&mut message);
        let mut sent = send(&message);
        loop {
            let message = if sent { receive() } else { None };
            let message = message.unwrap_or_else(|| unsafe { _exit(0) });
            if message.len() >= 8 && u64::get(&mut &message[..]) == ANSWER {
                return message[8..].to_vec();
            }
            serve(&message);
            sent = true;
        }
    }

    // ---- The tests' process.

    extern "C" fn at_end(status: i32, _: *mut u8) {
        unsafe {
            if status == 0 && CALLS == 0 {
                stop(NOT_CALLED, "the tests never called the program");
            }
            if status == 101 && THREW {
                stop(RAISED, "the program panicked");
            }
        }
    }
    extern "C" fn watch_end() {
        if super::REWARD_TESTS {
            unsafe { on_exit(at_end, std::ptr::null_mut()); }
        }
    }
    #[used]
    #[link_section = ".init_array"]
    static LAST: extern "C" fn() = watch_end;

    /// A generic function by its number and types: its name says which are called.
    pub struct Named<const N: usize, T>(T);

    pub fn call(index: u64, arguments: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut message = Vec::new();
        index.put(&mut message);
        arguments(&mut message);
        exchange(message)
    }

    pub fn call_named(name: &str, arguments: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut message = Vec::new();
        u64::MAX.put(&mut message);
        name.to_bytes(&mut message);
        arguments(&mut message);
        exchange(message)
    }

    type Lent = *mut dyn FnMut(&mut &[u8], &mut Vec<u8>);
    thread_local!(static LENT: std::cell::RefCell<Vec<Option<Lent>>> = std::cell::RefCell::new(Vec::new()));

    /// A closure that the program may call while this is held, by its number.
    pub struct Loan<'a>(usize, std::marker::PhantomData<&'a mut ()>);
    pub fn lend<'a>(closure: &'a mut (dyn FnMut(&mut &[u8], &mut Vec<u8>) + 'a)) -> Loan<'a> {
        let closure: Lent = unsafe { std::mem::transmute(closure) };
        LENT.with(|lent| lent.borrow_mut().push(Some(closure)));
        Loan(LENT.with(|lent| lent.borrow().len() - 1), std::marker::PhantomData)
    }
    impl Loan<'_> {
        pub fn number(&self) -> u64 { self.0 as u64 }
    }
    impl Drop for Loan<'_> {
        fn drop(&mut self) { LENT.with(|lent| lent.borrow_mut().truncate(self.0)); }
    }

    // Runs a closure for the program. Where it panics, the tests do: the program, which could catch
    // that, is not told.
    fn run_lent(mut from: &[u8]) -> Vec<u8> {
        let number = u64::get(&mut from);
        let mut answer = Vec::new();
        ANSWER.put(&mut answer);
        if is_kept(number) {
            run_kept(number, &mut from, &mut answer);
            return answer;
        }
        let number = number as usize;
        let taken = LENT.with(|lent| lent.borrow_mut().get_mut(number).and_then(|place| place.take()));
        let closure = taken.unwrap_or_else(|| nonsense());
        unsafe { (*closure)(&mut from, &mut answer); }
        LENT.with(|lent| if let Some(place) = lent.borrow_mut().get_mut(number) { *place = Some(closure); });
        answer
    }

    fn exchange(message: Vec<u8>) -> Vec<u8> {
        let _turn = turn();
        unsafe { CALLS += 1; }
        let mut sent = send(&message);
        loop {
            let reply = if sent { receive() } else { None };
            let reply = reply.unwrap_or_else(|| stop(GONE, "the program ended"));
            match reply.first() {
                Some(b'R') => return reply,
                Some(b'Q') => sent = send(&run_lent(&reply[1..])),
                Some(b'P') => {
                    let text = String::get(&mut &reply[1..]);
                    unsafe { THREW = true; }
                    panic!("{}", text)
                }
                _ => nonsense(),
            }
        }
    }
}
