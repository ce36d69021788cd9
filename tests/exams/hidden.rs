//! The state of replacement policies, which the tables of a paper do not show. The expected states and victims are those of a
//! simulation by hand.

use pagewalk_script::exam::formats::{Edition, Style, markdown};

use crate::running::paper;

#[track_caller]
fn states(text: &str, sentence: &str) {
    assert!(text.contains(sentence), "no `{sentence}` in\n{text}");
}

/// The paper, and the paper with the key.
fn editions(script: &str) -> [String; 2] {
    let paper = paper(script, 0);
    [Edition::Paper, Edition::Key].map(|edition| markdown(&paper, edition, &Style::default()))
}

/// Four stores fill three frames and evict one page. Then the page in frame 2 is read.
#[test]
fn a_paper_states_the_order_and_the_bits_of_the_page_frames() {
    for (policy, victim, sentences) in [
        (
            "lru",
            1,
            &["from the least to the most recently used, the frames are 1, 0, and 2."][..],
        ),
        (
            "fifo",
            1,
            &["the frames were filled in the order 1, 2, and 0."],
        ),
        // Both evict frame 2 for the last store, and again for the read of the page that was in it.
        (
            "mru",
            2,
            &["from the least to the most recently used, the frames are 0, 1, and 2."],
        ),
        (
            "lifo",
            2,
            &["the frames were filled in the order 0, 1, and 2."],
        ),
        (
            "lfu",
            1,
            &["the frames were filled in the order 1, 2, and 0; \
                 the number of uses of frame 1 since its fill is 0; the number of uses of frame 2 since its fill is 1; \
                 the number of uses of frame 0 since its fill is 0."],
        ),
        (
            "clock",
            1,
            &[
                "The clock hand starts at frame 1",
                "only these frames have a set use bit: 0 and 2.",
            ],
        ),
        (
            "second-chance",
            1,
            &[
                "The clock hand starts at frame 1",
                "only these frames have a set use bit: 2.",
            ],
        ),
        (
            "third-chance",
            1,
            &[
                "The clock hand starts at frame 1",
                "only these frames have a set use bit: 0 and 2; only these frames have a set modified bit: 0, 1, and 2.",
            ],
        ),
        (
            "nru",
            0,
            &[
                "only these frames have a set reference bit: 0, 1, and 2; only these frames have a set modified bit: 0, 1, and 2.",
            ],
        ),
        (
            "aging",
            0,
            &[
                "only these frames have a set reference bit: 0, 1, and 2; the counter of frame 0 is 00000000; \
                 the counter of frame 1 is 00000000; the counter of frame 2 is 00000000.",
            ],
        ),
    ] {
        let [paper, key] = editions(&format!(
            "machine {{ virtual 16 bits, physical 16 bits, page 256 B }}\n\
             kernel {{ frames 3, replacement {policy}, swap 16 }}\nprocess P1\n\
             let p = mmap(NULL, 2 KB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n\
             P1: write p = 1\nP1: write p + 256 = 1\nP1: write p + 512 = 1\nP1: write p + 768 = 1\nP1: read p + 512\n\
             question \"Q\" {{ given machine, P1.maps, frames\nask P1: write p + 1024 = 5 => frame }}"
        ));
        for sentence in sentences {
            states(&paper, sentence);
        }
        states(
            &key,
            &format!("| Frame newly mapped (decimal) | **{victim}** |"),
        );
    }
}

/// Four loads fill a set, and the block in way 1 is read again.
#[test]
fn a_paper_states_the_bits_of_a_set() {
    for (policy, victim, sentence) in [
        (
            "plru",
            "0x030",
            "At first, in the cache, the bits of the tree, level by level from the root, point right, left, left.",
        ),
        (
            "clock",
            "0x010",
            "At first, in the cache, the clock hand is at way 0; only these ways have a set use bit: 0, 1, 2, and 3.",
        ),
        (
            "second-chance",
            "0x010",
            "At first, in the cache, the clock hand is at way 0; only these ways have a set use bit: 1.",
        ),
        (
            "lfu",
            "0x010",
            "At first, in the cache, the ways were filled in the order 0, 1, 2, and 3; the number of uses of way 0 since its fill is 0; \
             the number of uses of way 1 since its fill is 1; the number of uses of way 2",
        ),
    ] {
        let [paper, key] = editions(&format!(
            "machine {{ physical 16 bits, cache {{ size 64 B, block 16 B, ways 4, policy {policy} }} }}\n\
             read 0x100\nread 0x200\nread 0x300\nread 0x400\nread 0x200\n\
             question \"Q\" {{ given machine, cache\nask read 0x500 => cache.victim }}"
        ));
        states(&paper, sentence);
        states(&key, &format!("**{victim}**"));
    }
}

/// With the hand at frame 0, the fourth page replaces the first one, so the last access is the fifth fault. With the hand
/// where the first replay left it, the second replay would have four.
#[test]
fn each_replay_with_empty_frames_starts_with_the_hand_at_frame_0() {
    let program = "\"\"\"\nchar A[1024];\nint main(void) { return A[0] + A[256] + A[512] + A[768] + A[0]; }\n\"\"\"";
    let [paper, key] = editions(&format!(
        "machine {{ virtual 16 bits, physical 16 bits, page 256 B }}\n\
         kernel {{ frames 3, replacement clock, swap 16 }}\nprogram p {program}\n\
         question \"Q\" {{ given machine, program p\n\
         replay p map demand\nask last => faults\nreplay p map demand\nask last => faults }}"
    ));
    states(&paper, "The clock hand starts at frame 0");
    assert!(!paper.contains("caches"), "{paper}");
    assert_eq!(
        key.matches("| Page faults (decimal) | **5** |").count(),
        2,
        "{key}"
    );
}

/// Linux maps the shared zero page for such a load, so that the store is a second fault. A student can expect it here.
#[test]
fn a_paper_states_what_a_load_maps_to_a_new_page_if_a_store_can_follow() {
    let script = |kernel: &str, asks: &str| {
        format!(
            "machine core-i7\nkernel {{ {kernel} }}\nprocess P\nP: mmap(0x100000, 8 KB, PROT_READ | PROT_WRITE, MAP_PRIVATE | \
             MAP_ANONYMOUS | MAP_FIXED, -1, 0)\nquestion \"q\" {{ {asks} }}\n"
        )
    };
    let [both, stores, frame] = [
        "ask P: read 0x100000 => fault; ask P: write 0x100000 = 1 => fault, copied no",
        "ask P: write 0x100000 = 1 => fault; ask P: write 0x101000 = 1 => fault",
        "ask P: read 0x100000 => frame",
    ];
    let rule = "The first access to an anonymous page allocates a frame, also if it is a load.";
    let zero = "A read of an untouched anonymous page maps the shared zero page.";
    states(&editions(&script("frames 8", both))[0], rule);
    let of_frame = editions(&script("frames 8", frame));
    states(&of_frame[0], rule);
    states(&of_frame[0], "All frames are free at first.");
    assert!(!editions(&script("frames 8", stores))[0].contains(rule));
    let both = both.replace("copied no", "copied yes");
    let with_zero_page = editions(&script("frames 8, zero-page on", &both));
    states(&with_zero_page[0], zero);
    assert!(!with_zero_page[0].contains(rule));
}

/// The run or replay of a program before a table evicts the pages of the stores before the question.
#[test]
fn a_table_about_a_program_states_the_order_of_the_page_frames_before_it() {
    for operation in ["run p", "replay p map demand"] {
        let script = format!(
            "kernel {{ frames 6, swap 40 slots, replacement lru }}
process P
program p \"\"\"
int a[16384];
int main() {{ for (int j = 0; j < 2; j++) for (int i = 0; i < 16384; i += 512) a[i] = i; return 0; }}
\"\"\"
P: let x = mmap(NULL, 16 KB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
P: write x = 1
P: write x + 4096 = 1
P: read x
question \"x\" points 3 {{ given program p; {operation}; ask p by line }}"
        );
        let [paper, _] = editions(&script);
        states(
            &paper,
            "from the least to the most recently used, the frames are 1 and 0.",
        );
    }
}
