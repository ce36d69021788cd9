//! The Pagewalk language for a page in a browser. `README.md` describes the requests and their answers.
//!
//! The module exports three functions and imports two, and uses nothing else of its host.

mod editing;
mod papers;
mod requests;
mod states;
mod stepping;
mod traces;

use std::cell::RefCell;

use requests::Page;

#[link(wasm_import_module = "page")]
unsafe extern "C" {
    /// Receives a piece of the answer.
    safe fn emit(kind: u32, text: *const u8, length: usize);
    /// Receives the message of a panic.
    safe fn died(text: *const u8, length: usize);
}

/// The kinds of pieces of an answer.
#[derive(Clone, Copy)]
enum Kind {
    /// A part of a stream, after which others follow.
    Part = 0,
    Answer = 1,
    Refusal = 2,
}

fn send(kind: Kind, text: &str) {
    emit(kind as u32, text.as_ptr(), text.len());
}

thread_local! {
    static PAGE: RefCell<Page> = RefCell::default();
}

/// Returns memory for the bytes that the next call of [`attach`] or [`request`] takes.
#[unsafe(no_mangle)]
pub extern "C" fn reserve(length: usize) -> *mut u8 {
    Box::leak(vec![0; length].into_boxed_slice()).as_mut_ptr()
}

/// Takes the bytes that the host wrote to reserved memory.
fn taken(bytes: *mut u8, length: usize) -> Vec<u8> {
    // SAFETY: `reserve` leaked a boxed slice of this length at this address, and the host passes it on once.
    unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(bytes, length)) }.into_vec()
}

/// Keeps bytes, such as those of a dropped trace, for the next request.
#[unsafe(no_mangle)]
pub extern "C" fn attach(bytes: *mut u8, length: usize) {
    PAGE.with_borrow_mut(|page| page.attached = taken(bytes, length).into());
}

/// Handles a request. The host receives the answer through `page.emit`.
#[unsafe(no_mangle)]
pub extern "C" fn request(bytes: *mut u8, length: usize) {
    std::panic::set_hook(Box::new(|panic| {
        let text = panic.to_string();
        died(text.as_ptr(), text.len());
    }));
    let text = taken(bytes, length);
    PAGE.with_borrow_mut(|page| match page.handle(&text) {
        Ok(answer) => send(Kind::Answer, &answer),
        Err(refusal) => {
            let text = serde_json::json!({ "message": refusal }).to_string();
            send(Kind::Refusal, &text);
        }
    });
}
