// Functions in boxes: each stays where it was made, and has a number there.
#[allow(dead_code)]
pub mod reward_boxes {
    use super::reward_wire::{ask, call, nonsense, stop, Wire, UNSPLIT};
    use std::collections::HashMap;

    const KEPT: u64 = 1 << 63;
    pub fn is_kept(number: u64) -> bool { number >> 62 == 2 }

    type Kept = std::rc::Rc<dyn Fn(&mut &[u8], &mut Vec<u8>)>;
    struct Boxes {
        mine: Vec<Option<Kept>>,
        known: HashMap<[usize; 2], (bool, u64)>,
        giving: u32,
        showing: u32,
    }
    unsafe impl Send for Boxes {}
    static BOXES: std::sync::Mutex<Option<Boxes>> = std::sync::Mutex::new(None);
    fn boxes<T>(with: impl FnOnce(&mut Boxes) -> T) -> T {
        let mut boxes = BOXES.lock().unwrap_or_else(|broken| broken.into_inner());
        with(boxes.get_or_insert_with(|| Boxes { mine: Vec::new(), known: HashMap::new(), giving: 0, showing: 0 }))
    }

    /// How what is written now is written; it ends with this, also by a panic.
    struct While(fn(&mut Boxes) -> &mut u32);
    impl While {
        fn new(count: fn(&mut Boxes) -> &mut u32) -> Self {
            boxes(|all| *count(all) += 1);
            While(count)
        }
    }
    impl Drop for While {
        fn drop(&mut self) { boxes(|all| *(self.0)(all) -= 1); }
    }

    /// Writes a value that nobody here uses any more: boxed functions in it may be kept.
    pub fn give<T: Wire>(value: T, to: &mut Vec<u8>) {
        let value = std::mem::ManuallyDrop::new(value);
        let _giving = While::new(|all| &mut all.giving);
        value.put(to);
    }

    /// Whether what is written now is used here no more.
    pub fn giving() -> bool { boxes(|all| all.giving > 0) }

    /// Functions that the other side may call until this is dropped.
    pub struct Lease(usize, usize);
    fn leasing(put: impl FnOnce()) -> Lease {
        let first = boxes(|all| all.mine.len());
        put();
        Lease(first, boxes(|all| all.mine.len()))
    }
    /// As `give`, until the lease ends.
    pub fn lease<T: Wire>(value: T, to: &mut Vec<u8>) -> Lease { leasing(|| give(value, to)) }
    /// Writes a value that stays in use here; the lease must end before it does.
    pub fn show<T: Wire>(value: &T, to: &mut Vec<u8>) -> Lease {
        leasing(|| {
            let _showing = While::new(|all| &mut all.showing);
            value.put(to);
        })
    }
    impl Drop for Lease {
        fn drop(&mut self) {
            let taken: Vec<_> = boxes(|all| all.mine[self.0..self.1].iter_mut().map(|one| one.take()).collect());
            drop(taken);
        }
    }

    pub fn put_box(once: bool, place: [usize; 2], keep: impl FnOnce() -> Kept, to: &mut Vec<u8>) {
        let (mine, number) = boxes(|all| {
            all.known.get(&place).copied().unwrap_or_else(|| {
                if super::REWARD_TESTS && all.giving == 0 && (once || all.showing == 0) {
                    stop(UNSPLIT, "a function in an object that is only lent can't cross");
                }
                all.mine.push(Some(keep()));
                (true, all.mine.len() as u64 - 1)
            })
        });
        mine.put(to);
        number.put(to);
    }

    /// A boxed function that came over the wire.
    pub struct Remote { mine: bool, number: u64 }
    impl Remote {
        pub fn get(from: &mut &[u8]) -> Self {
            let mine = !bool::get(from);
            Remote { mine, number: u64::get(from) }
        }
        pub fn call(&self, arguments: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
            if self.mine {
                let (mut given, mut answer) = (Vec::new(), Vec::new());
                arguments(&mut given);
                run_kept(KEPT | self.number, &mut &given[..], &mut answer);
                return answer;
            }
            if !super::REWARD_TESTS {
                return ask(self.number | KEPT, arguments);
            }
            call(KEPT | self.number, arguments).split_off(1)
        }
        /// The box that it became, so that what goes back is the same function.
        pub fn is(number: (bool, u64), place: [usize; 2]) {
            boxes(|all| all.known.insert(place, number));
        }
        pub fn place(&self) -> (bool, u64) { (self.mine, self.number) }
    }

    pub fn run_kept(number: u64, from: &mut &[u8], to: &mut Vec<u8>) {
        let kept = boxes(|all| all.mine.get((number ^ KEPT) as usize).cloned().flatten());
        kept.unwrap_or_else(|| nonsense())(from, to);
    }

    /// How a boxed function is held, and called, by its kind. It is never freed: it may be in use.
    #[macro_export]
    macro_rules! reward_hold {
        (Fn $mine:expr) => { std::mem::ManuallyDrop::new($mine) };
        (FnMut $mine:expr) => { std::cell::RefCell::new(std::mem::ManuallyDrop::new($mine)) };
        (FnOnce $mine:expr) => { std::cell::RefCell::new(Some($mine)) };
    }
    #[macro_export]
    macro_rules! reward_run {
        (Fn $mine:ident $($x:expr),*) => { $mine($($x),*) };
        (FnMut $mine:ident $($x:expr),*) => { (*$mine.borrow_mut())($($x),*) };
        (FnOnce $mine:ident $($x:expr),*) => {
            ($mine.borrow_mut().take().unwrap_or_else(|| panic!("called twice")))($($x),*)
        };
    }
    pub fn keeping<'a>(run: impl Fn(&mut &[u8], &mut Vec<u8>) + 'a) -> Kept {
        let kept: std::rc::Rc<dyn Fn(&mut &[u8], &mut Vec<u8>) + 'a> = std::rc::Rc::new(run);
        unsafe { std::mem::transmute(kept) }
    }
    macro_rules! boxed {
        ($(($kind:ident $($auto:ident)*: $($x:ident $arg:ident)*))*) => {$(
            impl<'b, $($arg: Wire + 'b,)* R: Wire + 'b> Wire for Box<dyn $kind($($arg),*) -> R $(+ $auto)* + 'b> {
                fn put(&self, to: &mut Vec<u8>) {
                    let keep = || {
                        let mine = reward_hold!($kind unsafe { std::ptr::read(self) });
                        keeping(move |from, to| {
                            $(let $x: $arg = Wire::get(from);)*
                            give(reward_run!($kind mine $($x),*), to)
                        })
                    };
                    let once = stringify!($kind) == "FnOnce";
                    put_box(once, unsafe { std::mem::transmute_copy(self) }, keep, to);
                }
                fn get(from: &mut &[u8]) -> Self {
                    let remote = Remote::get(from);
                    let place = remote.place();
                    let made: Self = Box::new(move |$($x: $arg),*| {
                        let reply = remote.call(|_to| { $(give($x, _to);)* });
                        Wire::get(&mut &reply[..])
                    });
                    Remote::is(place, unsafe { std::mem::transmute_copy(&made) });
                    made
                }
            }
        )*};
    }
    macro_rules! boxed_by_size {
        ($([$($kind:ident)*])*) => {$(boxed! {
            ($($kind)*:) ($($kind)*: a A) ($($kind)*: a A b B) ($($kind)*: a A b B c C)
        })*};
    }
    boxed_by_size!([Fn] [FnMut] [FnOnce] [Fn Send] [FnMut Send] [FnOnce Send] [Fn Send Sync]);
}
