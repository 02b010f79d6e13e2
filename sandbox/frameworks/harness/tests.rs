// Runs tests and reports those that passed with the tokens that standard input held before any code
// of the program, its static initialisers included, ran.
use std::any::Any;

const SIZE: usize = 1 << 17;
const LINE: usize = 33;
const MASK: u8 = 0x5a;
static mut TOKENS: [u8; SIZE] = [0; SIZE];

extern "C" {
    fn read(descriptor: i32, data: *mut u8, size: usize) -> isize;
    fn write(descriptor: i32, data: *const u8, size: usize) -> isize;
    fn close(descriptor: i32) -> i32;
}

extern "C" fn take() {
    unsafe {
        let mut held = 0;
        loop {
            let more = read(0, TOKENS.as_mut_ptr().add(held), SIZE - held);
            if more <= 0 { break; }
            held += more as usize;
        }
        for i in 0..held { TOKENS[i] ^= MASK; }
        close(0);
    }
}

#[used]
#[link_section = ".preinit_array"]
static FIRST: extern "C" fn() = take;

fn say(line: &[u8]) {
    unsafe { write(1, line.as_ptr(), line.len()); }
}

fn passed(number: usize) {
    let mut line = [b'\n'; LINE + 1];
    for i in 0..LINE - 1 {
        line[i + 1] = unsafe { TOKENS[2 * number * LINE + i] } ^ MASK;
    }
    say(&line);
}

fn failed(number: usize, message: &str) {
    let quoted: String = message.chars().take(500).flat_map(|c| match c {
        '"' | '\\' => vec!['\\', c],
        c if c.is_control() => vec![' '],
        c => vec![c],
    }).collect();
    say(format!("\n#reward {} failed \"{}\"\n", number, quoted).as_bytes());
}

pub(crate) trait Done { fn problem(self) -> Option<String>; }
impl Done for () { fn problem(self) -> Option<String> { None } }
impl<T, E: std::fmt::Debug> Done for Result<T, E> {
    fn problem(self) -> Option<String> { self.err().map(|error| format!("{:?}", error)) }
}

fn words(panic: &(dyn Any + Send)) -> String {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text.to_string(),
        (_, Some(text)) => text.clone(),
        _ => String::from("panicked"),
    }
}

pub(crate) fn run<T: Done + 'static>(number: usize, panics: Option<&str>, test: fn() -> T) {
    let thread = std::thread::Builder::new().stack_size(16 << 20);
    let ended = thread.spawn(move || test().problem()).unwrap().join();
    match (ended, panics) {
        (Ok(None), None) => passed(number),
        (Ok(Some(why)), None) => failed(number, &why),
        (Ok(_), Some(_)) => failed(number, "did not panic"),
        (Err(panic), None) => failed(number, &words(&*panic)),
        (Err(panic), Some(expected)) => {
            let said = words(&*panic);
            if said.contains(expected) { passed(number) } else { failed(number, &said) }
        }
    }
}
