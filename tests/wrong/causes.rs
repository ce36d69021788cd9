//! Scripts with one cause and several consequences. The first message names the cause, and a fix is applied there.

use pagewalk_script::api::CheckedScript;
use pagewalk_script::editor::{Document, OpenTexts};
use pagewalk_script::lang::diagnostic::Diagnostic;
use pagewalk_script::report::diagnostics::Style;
use pagewalk_script::report::text::Fit;
use std::fmt::Write as _;
use std::fs;

/// Scripts with the line of the first message, a part of the message or its help, and the first line that the fix changes, or an
/// empty text for no fix. `/` separates lines.
#[rustfmt::skip]
const CASES: &[(&str, usize, &str, &str)] = &[
    ("machine { physical 16 bits, cache { sets 4, ways 1, block 16 B } }/program t \"\"\"int a[8]; int main(void) { a[0] = 0; return 0; }\"\"\"/question \"q\" {/  replay t/  ask t by a columns 0 3/}", 5, "each cell is a blank", ""),
    ("machine { physical 16 bits, cache { sets 4, ways 1, block 16 B } }/program t \"\"\"int a[8]; int main(void) { a[0] = 0; return 0; }\"\"\"/question \"q\" {/  replay t/  ask t by line columns 3/}", 5, "columns with names", ""),
    // Without its verb, the access would be a read.
    ("machine simple/question \"q\" { choice \"Which?\" { option \"A\" for x in 0..64 where write x => fault page } }", 2, "`write x = 1`", ""),
    ("machine { physical 16 bits, cache { size 1 KB, block 16 B, fully-associative off } }", 1, "write the number of `ways` instead", ""),
    ("machine { virtual 48 bits, physical 52 bits, page 4 KB, page_table { levels 4, entries 512 } }", 1, "write `bits 9 9 9 9`", ""),
    ("let a = 5/let b = 7 % (a - 5)", 2, "divides by zero", ""),
    ("machine simple/for n in 0..4 { set page_table { | vpn ppn |; | n (n + 1) | } }", 2, "write `(n)` for the value of the variable", "for n in 0..4 { set page_table { | vpn ppn |; | (n) (n + 1) | } }"),
    ("machine { virtual 14 bits, physical 12 bits, page 64 B, page_table { levels 2, bits 4 4 } }/read 0x3D4 => level 1 index 0, level 2 index 15", 2, "the index of level 1 is the fact `vpn1`", "read 0x3D4 => vpn1 0, vpn2 15"),
    ("kernel { frames 8 }/process P1 {/  heap: 0x600000-0x602000 rw-p anonymous/}", 2, "contain a table of areas", "  | area | start | end | perms |"),
    ("machine { physical 16 bits, cache { lines 2, block 16 B } }/program sums \"\"\"/int a[2]; int main(void) { return a[0]; }/\"\"\"/show sums.miss_rate", 5, "`ask replay sums => cache.miss_rate`", ""),
    ("reference 7 0 1 2 0 3 0 4 { frames 3 } => 6 faults, 2 hit", 1, "the fact must come before its value", "reference 7 0 1 2 0 3 0 4 { frames 3 } => faults 6, hits 2"),
    ("let xs = [{\"va\": 1}, {\"va\": 2}]/show 4", 1, "brackets contain values, not blocks in braces", ""),
    ("machine { physical 16 bits, caches [ { size 1 KB, block 16 B } ] }", 1, "brackets contain values, not blocks in braces", ""),
    ("machine simple/read word 0x100", 2, "`read 0x100 size 4` for a word of MIPS", ""),
    ("machine simple/lw $t0, 0($s0)", 2, "write `read 0x3D4` for a load", ""),
    ("machine simple/sw $t0, 0x100", 2, "write `write 0x100 = 0x2A size 4`", ""),
    ("machine simple/for i in 3:0 { read 4 * i }", 2, "`reverse(0..4)` counts down", ""),
    ("def amat(ht, mr, mp): return ht + mr * mp/show 1", 1, "a definition contains statements, and has no value", ""),
    ("machine simple/program p \"\"\"/lw $t0, 0($s0)/\"\"\"", 3, "a program is C, not assembly", ""),
    ("machine simple/program p \"\"\"/addi x5, x6, 4/\"\"\"", 3, "a program is C, not assembly", ""),
    ("machine simple/read 0x3D4/expect tlb[3] == { tag 03, ppn 0D, valid 1 }", 3, "checked by a table", ""),
    // A fix adds no mistake that another line has, too.
    ("question \"R\" { ask \"x\" = 3 bytes unit cycles }/machine simple/ask cycles = 3 bytes", 1, "`bytes` does not belong here", ""),
    ("machine { virtual 14 bits, page 64 B, page_table { levels 2, bits \"4\" \"4\" } }", 1, "a string is not a number", "machine { virtual 14 bits, page 64 B, page_table { levels 2, bits 4 4 } }"),
    ("machine { virtual 32 bits, physical 32 bits, page 4 KB, page_table { levels 2, bits 31:22 21:12 } }", 1, "", "machine { virtual 32 bits, physical 32 bits, page 4 KB, page_table { levels 2, bits 10 10 } }"),
    ("machine { virtual 32 bits, physical 32 bits, page 4 KB, page_table { levels 2, bits 12:22 23:31 } }", 1, "", "machine { virtual 32 bits, physical 32 bits, page 4 KB, page_table { levels 2, bits 9 11 } }"),
    ("machine simple/let va = 64/if va == 64, read 0x10", 3, "a block in `{ }` is missing", ""),
    ("machine { virtual [31:0], physical [29:0], page 4 KB }", 1, "", "machine { virtual 32 bits, physical 30 bits, page 4 KB }"),
    ("machine {/  physical 32 bits/  cache { size 16 KB, block 32 B, latency 1 }/  miss_penalty 100/}", 4, "write `memory { latency 100 }`", ""),
    ("machine {/  physical 32 bits/  cache { size 16 KB, block 32 B, latency 1, miss_penalty 100 }/}", 3, "write `memory { latency 100 }` in `machine`", ""),
    ("machine { physical 32 bits, cache L1i { size 32 KB, block 64 B, ways 8, type instruction } }", 1, "follows `for`", "machine { physical 32 bits, cache L1i { size 32 KB, block 64 B, ways 8, for instructions } }"),
    ("machine { physical 32 bits, cache { size 32 KB, block 64 B, ways 8, unified } }", 1, "without `for` serves", ""),
    ("machine { physical 32 bits, cache { size 32 KB, block 64 B, ways 8, sets 128 } }", 1, "the sets follow from the size and the ways", ""),
    ("machine { physical 32 bits, cache { size 1 KB, block 16 B, set-associative 8 } }", 1, "`ways`", "machine { physical 32 bits, cache { size 1 KB, block 16 B, ways 8 } }"),
    ("machine simple/read 0x03D4..0x03D8 => tlb miss", 2, "`for va in 0x03D4..0x03D8 { read va => tlb miss }`", ""),
    ("machine simple/process P1/P1 { read 0x100, write 0x140 = 3 }", 3, "a comma does not separate statements", "P1 { read 0x100; write 0x140 = 3 }"),
    ("machine simple/expect cache[5].valid == 0", 2, "checked by a table", "expect cache { | idx v |; | 05 0 | }"),
    ("exam \"Midterm 2\" 50 min", 1, "settings", "exam { title \"Midterm 2\", duration 50 min }"),
    ("let x = 1E-3", 1, "write 0.001, or 0x1E-3 if it is hexadecimal", ""),
    ("machine simple/reference 1 2 3 1 { frames 2 } => victim [1]", 2, "its last reference evicted", "reference 1 2 3 1 { frames 2 } => victim 1"),
    ("machine simple/load 0x10 4", 2, "follows `size`", "read 0x10 size 4"),
    ("choose va from 0 to 0x3FFF if va % 4 == 0", 1, "`choose NAME in RANGE where CONDITION`", "choose va in 0..=0x3FFF where va % 4 == 0"),
    ("let xs = [4 * i for i in range(4)]", 1, "`for i in 0..4 { let xs = [xs, 4 * i] }`", ""),
    ("machine { physical 16 bits, cache { lines 2, block 16 B } }/program sums \"\"\"/int a[2]; int f(void) { return a[0]; }/\"\"\"/replay f() => cache.misses 1", 5, "write `replay p call f`", ""),
    ("machine simple/read 0, 1, 7, 8 => miss", 2, "`for a in [0, 1, …] { read a }`", ""),
    ("machine simple/question \"Q\" { choose va in 0..64; ask \"What is the VPN?\" => vpn }", 2, "`ask read 0x3D4 as \"What is the VPN?\" => vpn`", ""),
    ("machine simple/for page in 0..8 {/  set page_table {/    | vpn ppn |/    | page page + 1 |/  }/}", 5, "write `(page + 1)`", ""),
    ("machine simple/for page in 0..8 {/  set page_table {/    | vpn ppn |/    | page (page) |/  }/}", 5, "write `(page)` for the value of the variable", "    | (page) (page) |"),
    // A value that is too large or in another unit is not superfluous.
    ("let x = 2**64 - 1", 1, "less than 2^64", ""),
    ("show 4 KB - 1 page", 1, "write the size in bytes", ""),
    ("show 1 KB + 1 ns", 1, "combines bytes with a time", ""),
    ("repeat 2 KB { show 1 }", 1, "takes a count", ""),
    ("let x = \"ab\"/show x[0]", 2, "not a string", ""),
    ("show \"abc\"[1]", 1, "not a string", ""),
    ("show 8 bits + 1 B", 1, "combines bits with bytes", "show 1 B + 1 B"),
    ("expect 7 bits < 1 B", 1, "in the same unit", ""),
    // The size of a page is that of the machine that the statement declares.
    ("machine core-i7/machine { page 256 B, virtual 16 bits, cache { size 4 pages, block 4 B } }", 2, "write `1 KB`", "machine { page 256 B, virtual 16 bits, cache { size 1 KB, block 4 B } }"),
    ("machine core-i7/machine simple { cache { size 4 pages, block 4 B } }", 2, "takes a size in bytes", ""),
    ("machine { virtual 16 bits, page 2048 bits }", 1, "write `256 B`", "machine { virtual 16 bits, page 256 B }"),
    ("machine { virtual 16 bits, page 12 bits }", 1, "write `4 KB`", "machine { virtual 16 bits, page 4 KB }"),
    ("machine { cache { size 64 B, block 4 B } }/show machine.virtual", 2, "has no MMU", ""),
    ("read 0x3D4 => vpn 0x0F/read 0x3D8/flush tlb/show tlb", 1, "also in lines 2, 3, 4", ""),
    ("machine simple/let x = foo + 1/let y = foo + 2", 2, "also in line 3", ""),
    ("machine simple/let bse = 0x3C0/read base/read base + 4", 2, "nothing uses this variable", "let base = 0x3C0"),
    ("kernel { frames 8 }/P1: let p = malloc(16)/P1: write p = 1/let child = fork()", 2, "declare the process", "process P1"),
    ("machine/  virtual 14 bits/  physical 12 bits/  page 64 B/}/read 0x3D4", 1, "opens no block", "machine {"),
    ("machine simple/for i in 0..4/  read i/}/show 1", 2, "opens no block", "for i in 0..4 {"),
    ("machine simple/question \"T\" points 5 {/  text \"\"\"A byte./  ask read 0x3D4 => vpn/}/expct 1", 3, "never closed", ""),
    ("scenario \"a\" {/  machine simple/  read 0x3D4/expect tlb.mises == 1", 1, "never closed", "}"),
    ("sets \"a\" points 4 {/  ask \"Number of sets\" = 4/}", 1, "no statement begins with `sets`", ""),
    // A name cannot be a keyword, a condition is not a statement, and a part is not a fact.
    ("let = 64", 1, "let NAME = VALUE", ""),
    ("machine simple/if read 0x3D4 => tlb hit {/  show tlb/}", 2, "a condition is a value", "read 0x3D4; if last.tlb == \"hit\" {"),
    ("show tlb", 1, "no machine", ""),
    ("let x = 1e-7", 1, "write 0.0000001, or 0x1e-7 if it is hexadecimal", ""),
    ("let x = 2E+3; let y = 1e", 1, "write 2000, or 0x2E+3 if it is hexadecimal", ""),
    // A missing operand gets an example, and so does a verb in place of a value.
    ("machine simple/read", 2, "write, for example, `read 0x03D4 size 4`", ""),
    ("machine simple/flush", 2, "write, for example, `flush tlb`", ""),
    ("machine simple/expect read == 2", 2, "`read` begins a statement: `read 0x03D4 size 4`", ""),
    ("machine simple/question \"Q\" points 1 { ask }", 2, "write the statement as `ask read 0x03D4 => ppn`", ""),
    ("program a \"\"\"/  int main(void) { return 0; }/program b \"\"\"/  int main(void) { return 0; }/\"\"\"/replay a", 1, "never closed", ""),
    // A process is missing, and not a machine, a child, or a part of the machine.
    ("process Pl/P1: let p = malloc(100)/P1: write p = 1/expect P1.rss == 4 KB", 2, "there is `Pl`; also in lines 3, 4", ""),
    ("let p = malloc(100)/let child = fork()/expect P1.rss == 0/show layout P1", 1, "also in lines 2, 3", ""),
    ("machine simple/def sweep(first, count) { read first + count }/sweep(0)", 3, "`sweep` takes 2 arguments, but is called with 1", ""),
    ("machine core-i7/show L1d", 2, "`cache` must precede the name `L1d`", "show cache L1d"),
    ("machine simple/read 0 => L1d miss", 2, "did you mean `cache`?", "read 0 => cache miss"),
    ("scenario \"a\" {/  let n = 3/}/scenario \"b\" {/  reference 1 2 { frames n } => faults 2/}", 5, "move the declaration of `n` above the block in line 1", ""),
    ("process P/def setup() { let p = malloc(8) }/setup()/write p = 1", 4, "above `def setup` in line 2", ""),
    ("process P/  | area | start  | end    | perms |/  | heap | 600000 | 602000 | rw-p  |/read 0x600000", 2, "`process P { … }`", "process P {"),
    // Settings and options of another block or statement, and ranges of bits.
    ("machine core-i7/show tlb", 2, "the name of the TLB is missing", ""),
    ("machine simple/set pte 0x0E { ppn 0x0C, valid 1 }", 2, "maps a page", "set page_table { | vpn ppn |; | 0E 0C | }"),
    ("machine simple/set page_table 0x0E { ppn 0x0C, v 1 }", 2, "maps a page", "set page_table { | vpn ppn |; | 0E 0C | }"),
    ("machine simple/set cr3 = 0x100/set pte 1 0x104 { | ppn v |; | 04 1 | }", 3, "a table is not allowed", ""),
    ("machine { virtual 32 bits, physical 32 bits, page 4 KB, page_table { bits 10 10 } }/translate 0x801004 => pde 2", 2, "`vpn1 2` for the index", ""),
    ("machine { virtual 14 bits, physical 12 bits, page 64 B, tlb { entries 8, hit ratio 80% } }", 1, "follows from the accesses", ""),
    ("machine { virtual 14 bits, physical 12 bits, page 64 B, tlb { entries 8, hit_ratio 80% } }", 1, "follows from the accesses", ""),
    ("reference 1 2 3 1 { frames 3, replacement lru }/question \"A\" points 2 { ask faults }", 2, "those of `last`", "question \"A\" points 2 { ask last => faults }"),
    ("reference 1 2 3 1 { frames 3, replacement lru }/question \"A\" points 2 {/  ask page_faults/}", 3, "those of `last`", "  ask last => faults"),
    ("exam { title \"A\", total 100 points }/question \"A\" points 2 { ask \"x\" = 1 }", 1, "the paper prints their sum", ""),
    ("sweep n in 3..7 { reference 1 2 3 1 { frames n, replacement lru } }", 1, "a loop repeats", "for n in 3..7 { reference 1 2 3 1 { frames n, replacement lru } }"),
    ("machine simple/question \"A\" points 1 { read 0x3D4; ask page_table columns vpn ppn referenced }", 2, "did you mean `a`", "question \"A\" points 1 { read 0x3D4; ask page_table columns vpn ppn a }"),
    ("machine simple/question \"A\" points 1 { read 0x3D4; ask page_table columns vpn ppn modified }", 2, "did you mean `d`", "question \"A\" points 1 { read 0x3D4; ask page_table columns vpn ppn d }"),
    ("for r in fifo, lru { reference 1 2 3 1 { frames 3, replacement r } }", 1, "words in quotes", ""),
    ("for r in fifo, lru, optimal {/  reference 1 2 3 1 { frames 3, replacement r }/}", 1, "words in quotes", ""),
    ("reference R1 W2 R3 { frames 2, replacement fifo }", 1, "replacement fifo, stores 2 }`", "reference 1 2 3 { frames 2, replacement fifo, stores 2 }"),
    ("machine core-i7 { no cache L3 }", 1, "write `cache L3 none`", "machine core-i7 { cache L3 none }"),
    ("machine { physical 16 bits, shared cache L2 { size 256 B, block 4 B }, cores 2 }", 1, "it is a setting of `cache", ""),
    ("machine simple/question \"A\" points 2 {/  ask translate 0x29D = vpn, ppn/}", 3, "follow `=>`", "  ask translate 0x29D => vpn, ppn"),
    ("machine simple/question \"A\" points 2 {/  read 0x3D4/  ask continue => vpn/}", 4, "`last` is the latest operation", "  ask last => vpn"),
    ("choose a in 1..10/choose b in 1..10 where b not a", 2, "compares with `!=`", "choose b in 1..10 where b != a"),
    ("machine { virtual 32 bits, physical 32 bits, page 4 KB, page_table { levels [10, 10] } }", 1, "the setting `bits`", "machine { virtual 32 bits, physical 32 bits, page 4 KB, page_table { levels 2, bits 10 10 } }"),
    ("machine simple/kernel { memory 256 B }", 2, "divided by the page size, after `frames`", ""),
    ("machine simple/:bits 0x03D4", 2, "figure bits 0x03D4 fields", "figure bits 0x03D4 fields"),
    ("machine simple/read 0x3D4/:back 1", 3, "does not go back", ""),
    (":load geometry.pw", 1, "include \"geometry.pw\"", ""),
    ("machine { physical 12 bits, cache { size 64 B, block 4 B } }/read 0x40/if cache hit { show 1 }", 3, "last.NAME", "if last.cache == \"hit\" { show 1 }"),
    ("machine { physical 12 bits, cache { size 64 B, block 4 B } }/read 0x40/if cache.miss { show 1 }", 3, "last.NAME", "if last.cache == \"miss\" { show 1 }"),
    ("machine { physical 12 bits, cache { size 64 B, block 4 B } }/read 0x40 => cache miss, victim 0", 2, "cache.victim 0", ""),
    ("machine { physical 12 bits, cache { lines 16, ways 2, words 4 } }", 1, "`block 16 B`", ""),
    ("machine simple/let a = [10, 20]/read &a[1]", 3, "no address", ""),
    ("machine simple/expect DLmr == 1", 2, "Cachegrind", ""),
    ("machine simple/read 0x3D4/assert tlb == miss", 3, "in quotes", "expect last.tlb == \"miss\""),
    ("machine simple/read 0x3D4/assert last.tlb == miss", 3, "in quotes", "expect last.tlb == \"miss\""),
    ("machine simple/read 0x3D4/expect last.tlb miss", 3, "in quotes", "expect last.tlb == \"miss\""),
    ("setup {/  machine simple/}/scenario \"a\" { read 0x3D4 }", 1, "prepare the machine of all scenarios", ""),
    ("machine simple/scenario \"later\" skip {/  read 0x3D4/}", 2, "cannot be left out", ""),
    ("machine simple/expect fault page { read 0x240 }", 2, "`read 0x240 => fault page`", ""),
    ("machine simple/question \"A\" points 2 {/  ask translate 0x3d4 => vpn, tlbi, ppn=0x0D/}", 3, "followed by its value", "  ask translate 0x3d4 => vpn, tlbi, ppn 0x0D"),
    ("question 1 \"Q\" (4 points) { ask \"x\" = 1 }", 1, "numbers its questions", "question \"Q\" points 4 { ask \"x\" = 1 }"),
    ("machine simple/kernel/process P/P: write 0x1000 = 1 => fault demand-zero; frame 0", 4, "separated by commas", "P: write 0x1000 = 1 => fault demand-zero, frame 0"),
    ("exam { points 20 }", 1, "the paper prints their sum", ""),
    ("machine { physical 12 bits }\nprogram p \"\"\"\nint f(void) { return 1; }\n\"\"\"\nreplay p call f { map demand }", 5, "write `map` and its value before the `{`", ""),
    ("machine { page 64 B, title \"x\" }", 1, "it is a setting of `exam { … }`", ""),
    ("machine {/  virtual 32 bits, physical 32 bits, page 4 KB/  page_table { pte { ppn 12-31, valid 0 } }/}", 3, "a range of bits needs `..`", "  page_table { pte { ppn 12..31, valid 0 } }"),
    ("machine {/  virtual 32 bits, physical 32 bits, page 4 KB/  page_table { pte { ppn [31:12], valid 0 } }/}", 3, "write `ppn 12..31`", "  page_table { pte { ppn 12..31, valid 0 } }"),
    ("machine {/  virtual 32 bits, physical 32 bits, page 4 KB/  page_table { pte { ppn 12–31, valid 0 } }/}", 3, "write `ppn 12..31`", "  page_table { pte { ppn 12..31, valid 0 } }"),
    ("machine {/  virtual 32 bits, physical 32 bits, page 4 KB/  page_table { pte { ppn bits 12 to 31, valid 0 } }/}", 3, "", "  page_table { pte { ppn 12..31, valid 0 } }"),
    ("machine simple/machine { virtual 14 bits, physical 12 bits, page 64 B, tlb { entries 16, 3‑way } }", 2, "write `ways 3`", ""),
    ("machine simple/question \"T\" points 5 {/  choose va in range(0, 64)/  ask read va => vpn/}", 3, "write `choose va in 0..64`", "  choose va in 0..64"),
    ("machine simple/question \"T\" points 5 {/  ask \"The VPN\" => vpn/}", 3, "a fact is asked of an operation", ""),
    // Several values in one place, units, and signs of other languages.
    ("machine { physical 16 bits, cache { size 1 KB, block 4 words } }", 1, "`block 16 B`", ""),
    ("machine {/  virtual 32 bits, physical 32 bits, page 4 KB/  page_table { levels 2, bits 10 10 12 }/}", 3, "write `bits 10 10`", ""),
    ("machine simple/set tlb { | set | vpn ppn v |; | 3 | 0F 0D 1 | }", 2, "write the tag, VPN // 4", ""),
    ("machine simple/set memory { | pa | value |; | 354 | 11 | }", 2, "a cell is one byte", ""),
    ("machine simple/read 0x3D4/expect cache.hits == 0, cache.misses == 1", 3, "write `expect cache.hits == 0 and cache.misses == 1`", "expect cache.hits == 0 and cache.misses == 1"),
    ("machine { physical 16 bits, memory { latency 100 clks } }", 1, "did you mean `cycles`?", "machine { physical 16 bits, memory { latency 100 cycles } }"),
    ("machine { physical 16 bits, cache { size 1 KB, block 16 B, ways 4, policy round-robin } }", 1, "did you mean `fifo`?", "machine { physical 16 bits, cache { size 1 KB, block 16 B, ways 4, policy fifo } }"),
    ("machine simple/set page_table { | vpn ppn v |; | 0F 0D yes | }", 2, "write `1`", "set page_table { | vpn ppn v |; | 0F 0D 1 | }"),
    ("reference 1 2 3 1 => faults 3 { frames 3 }", 1, "must precede its facts", "reference 1 2 3 1 { frames 3 } => faults 3"),
    ("machine simple/read 14'h3D4 => vpn 0x0F", 2, "write `0x3D4`", "read 0x3D4 => vpn 0x0F"),
    ("machine simple/flush tlb 0x03D4", 2, "`invlpg` those of one page", "invlpg 0x03D4"),
    ("machine simple/write 0x03D4 = 42/expect byte[0x03D4] == 42", 3, "write `byte(0x03D4)`", "expect byte(0x03D4) == 42"),
    ("machine simple/expect 3 == hex", 2, "`hex` is a function: write `hex(…)`", ""),
    ("machine simple/read 0x3D4/expect tlb[3].tag == 3", 3, "checked by a table", "expect tlb { | set tag |; | 03 03 | }"),
    ("machine simple/#include \"lib.pw\"/touch(0x3D4)", 2, "this line is a comment", ""),
    ("kernel { frames 8 }/process P1/P1.read 0x1000", 3, "write `P1: read 0x1000`", "P1: read 0x1000"),
    ("kernel { frames 8 }/process P1/let fd = open(\"a\", O_RDONLY)/read(fd, buf, 5) => returns 5", 4, "`let buf = malloc(64)`", ""),
    // Values in texts.
    ("machine simple/question \"Q\" {/  choose va in 0..64/  text \"\"\"At {va:x}, `{x}` ```{y;}```.\"\"\"/}", 4, "no format after `:`", "  text \"\"\"At {hex(va)}, `{x}` ```{y;}```.\"\"\""),
    ("machine simple/question \"Q\" {/  choose va in 0..64/  essay \"\"\"At {va:04b}?\"\"\" points 2/}", 4, "write `bin(va, 4)`", "  essay \"\"\"At {bin(va, 4)}?\"\"\" points 2"),
    ("machine simple/question \"Q\" {/  let n = 3/  ask \"\"\"Why {if n}?\"\"\" = 5/}", 4, "contain a value, not a statement", ""),
    ("machine simple/question \"Q\" {/  let n = 3/  text \"\"\"/  Both {n, n} and {{n, n}}/  \"\"\"/}", 5, "contain one value", ""),
    ("question \"Q\" {/  text \"The so-called \"dirty\" bit.\"/}", 2, "ends the text before it", "  text \"\"\"The so-called \"dirty\" bit.\"\"\""),
    ("question \"Q\" points 4 {/  essay \"Why?\" points 4 space 2 in {/    rubric \"x\" points 4/  }/}", 2, "`mm`, `cm`, or `lines`", ""),
    ("machine simple/question \"Q\" {/  ask \"Pages\" = machine.pages (pages)/}", 3, "follows `unit`", "  ask \"Pages\" = machine.pages unit pages"),
    ("machine simple/question \"Q\" {/  choose va in 0x200..0x400 where vpn va != 0x0A/  ask read va => vpn/}", 3, "", "  choose va in 0x200..0x400 where read va => vpn not 0x0A"),
    ("include \"tiny.yaml\"/read 0", 1, "write `machine \"tiny.yaml\"`", ""),
    ("exam { title Midterm, Part 1, duration 90 min }", 1, "ends a text without quotes", "exam { title \"Midterm, Part 1\", duration 90 min }"),
    ("exam { title \"Midterm\", duration 1:30, aids \"none\" }", 1, "must be in quotes", "exam { title \"Midterm\", duration \"1:30\", aids \"none\" }"),
    ("exam { pool \"One\" pick 1 from [\"A\", \"B\"] }", 1, "it takes `of`", ""),
    ("question \"Q\" {/  choice \"Which?\" tick one points 4 { correct \"a\"; wrong \"b\" }/}", 2, "{ tick one; correct", ""),
    ("machine simple/question \"Q\" {/  choose va in 0..64 where read va => fault none && va % 4 == 1/  ask read va => vpn/}", 3, "a second `where`", "  choose va in 0..64 where read va => fault none where va % 4 == 1"),
    ("machine simple/question \"Q\" {/  choose va in range(0, 64) where read va => fault none/  ask read va => vpn/}", 3, "", "  choose va in 0..64 where read va => fault none"),
    ("machine simple/question \"Q\" {/  given page_table, tlb columns tag, ppn/}", 3, "separated by spaces", "  given page_table, tlb columns tag ppn"),
    ("machine simple/question \"Q\" {/  given \"page table\", tlb/  ask read 0 => vpn/}", 3, "names without quotes", "  given page_table, tlb"),
    ("machine simple/question \"Q\" {/  choose va in 0..64/  figure va bits/  ask read va => vpn/}", 4, "the kind of figure comes first", "  figure bits va"),
    ("machine simple/question \"Q\" {/  ask \"Size\" = 1024 unit B radix 16 points 4/}", 3, "`hex`", "  ask \"Size\" = 1024 unit B radix hex points 4"),
    ("machine simple/question \"Q\" {/  ask \"Size\" = 1024 points 4 unit B/}", 3, "precede its points", "  ask \"Size\" = 1024 unit B points 4"),
    ("machine simple/question \"Q\" {/  ask \"Rate\" = 0.142857 tolerance 1% points 4/}", 3, "`round 2`", ""),
    ("question \"Q\" {/  match \"Levels\" { \"TLB\" -> \"translations\" }/}", 2, "columns \"meaning\" \"term\"", ""),
    ("question \"Q\" {/  essay \"Why?\" space 4 cm rubric \"pages\" points 4/}", 2, "in the braces of its essay", "  essay \"Why?\" space 4 cm { rubric \"pages\" points 4 }"),
    ("question \"Q\" {/  table \"Bits\" {/    columns \"page\" \"bits\"/    row \"64 B\" ____/  }/}", 4, "a blank is a question mark", ""),
    ("machine simple/let total = 0/for i in 0..2 { let total += i }", 3, "write `let total = total + i`", "for i in 0..2 { let total = total + i }"),
    ("machine core-i7/set tlb {/  | set | tag ppn v |/  | 0 | 1 2 1 |/}", 2, "write `tlb dTLB`, `tlb iTLB`, or `tlb L2TLB`", ""),
    ("machine simple/set tlb {/  | set | tag ppn v |/  | 3 | 53 0D 1 |/}", 4, "0x53 is the VPN of an entry with the tag 0x14", "  | 3 | 14 0D 1 |"),
    ("machine simple/process P1/P1: let p = malloc(10 * sizeof(int))", 3, "write `4`", "P1: let p = malloc(10 * 4)"),
    ("machine { physical 16 bits }/program p {/  int a[8];/  int main(void) {/    for (int i = 0; i < 8; i++) a[i] = 0;/    return 0;/  }/}/replay p", 2, "is between `\"\"\"`", "program p \"\"\""),
    ("machine core-i7/program p \"\"\"/  int main(int argc, char **argv) { return 0; }/\"\"\"/run p \"3\" => output \"\"", 5, "follow `arguments`", "run p arguments \"3\" => output \"\""),
    ("machine { physical 16 bits }/program p \"\"\"/  int f(void) { return 0; }/\"\"\"/replay p f", 5, "follows `call`", "replay p call f"),
    ("machine { physical 16 bits }/program p \"\"\"/#define N 4/  int f(void) { return N; }/\"\"\"/replay p call f(N=8)", 6, "follow `define`", "replay p call f define N = 8"),
    ("kernel { frames 8, swap 4 }/process P1/swap out 0x600000 from P1", 3, "precedes the address", "swap out P1 0x600000"),
    ("machine simple/let page size = 64", 2, "a name is one word", "let page_size = 64"),
    ("machine simple/question 1 \"Translate\" points 3 {/  ask translate 0 => vpn/}", 2, "the paper numbers its questions", "question \"Translate\" points 3 {"),
    ("machine simple/question \"Q\" {/  part \"a\" { ask translate 0 => vpn } points 3/}", 3, "precede its `{`", ""),
    ("machine simple/question \"Q\" {/  choose va in 0..64 where read va => fault none or fault page/  ask read va => vpn/}", 3, "`or` cannot join facts", ""),
    ("question \"Q\" {/  choose k in 1, 2, 4/  ask \"k\" = k/}", 2, "a list is in brackets", "  choose k in [1, 2, 4]"),
    ("question \"Q\" {/  table \"Bits\" {/    columns \"page\" \"bits\"/    row 4 KB = 12/  }/}", 4, "begins with a question mark", "    row 4 KB ? = 12"),
    ("machine simple/question \"Q\" {/  ask vpn, fault, ppn of translate 0x3D4/}", 3, "`=>` and the facts", "  ask translate 0x3D4 => vpn, fault, ppn"),
    ("machine simple/question \"Q\" {/  ask translate 0x3D4 => vpn 1 point, ppn 1 point/}", 3, "follow its last fact", ""),
    ("machine { physical 16 bits }/program p \"\"\"/int f(void) { return 0; }/\"\"\" { define } N = 3", 4, "ends with its `}`", ""),
    ("exam { title“Midterm, Part 1” }", 1, "typographic", "exam { title\"Midterm, Part 1\" }"),
    ("machine { physical 16 bits }/program p { int f(void) { return 0; }}/replay p call f", 2, "is between `\"\"\"`", "program p \"\"\" int f(void) { return 0; }\"\"\""),
    ("machine { physical 16 bits }/program p \"\"\"/#include \"csapp.h\"/int f(void) { return 0; }/\"\"\"/touch(4)", 6, "no function or definition", ""),
    ("file \"data.txt\" = \"A\" * 8192", 1, "a size and `fill`", "file \"data.txt\" { size 8192 B, fill 'A' }"),
    ("process P1/read 0x700000 => fault SIGSEGV", 2, "write `read 0x700000 => signal SIGSEGV`", "read 0x700000 => signal SIGSEGV"),
    ("program p \"\"\"\nint main(void) { return 0; }\n\"\"\"\noutputs p => output \"a\"", 4, "write `possible \"a\"`", "outputs p => possible \"a\""),
    ("machine { physical 12 bits }\nprogram p \"\"\"\n#define N 4\nint f(void) { return N; }\n\"\"\"\nreplay p call f define N 8", 6, "follows the name of a constant", "replay p call f define N = 8"),
    ("machine { physical 12 bits }\nprogram p \"\"\"\nint f(void) { return 1; }\n\"\"\"\nreplay f", 5, "write `replay p call f`", ""),
    ("machine { physical 12 bits }\nprogram p \"\"\"\nint a[4];\nint f(void) { return a[0]; }\n\"\"\"\nreplay p call f at a 0x100", 6, "contain it: `{ at a 0x100 }`", ""),
    ("exam { title \"Quiz\", versions 3 }", 1, "`pagewalk exam FILE --variants 3`", ""),
    // Only the author knows which of two values is superfluous, or where a bracket ends.
    ("machine simple/let both = [1, 2]/expect both[0== 1", 3, "never closed", "expect both[0] == 1"),
    ("machine simple/question \"T\" points {/  ask read 0 => vpn/}", 2, "a value is missing", ""),
    ("process P/let b = map(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)", 2, "did you mean `mmap`", "let b = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)"),
    ("machine simple/set page_table { vpn | vpn ppn |/  | 1 2 | }", 2, "twice", ""),
    // A verb that is also a fact, and a missing file.
    ("machine simple/walk 0x3D4", 2, "write `translate 0x3D4`", "translate 0x3D4"),
    ("machine simple/replay \"none.trace\" limit 10", 2, "there is no such file", ""),
    // Characters of other alphabets and input methods.
    ("machine simple/read 0x03D4 => vpn １５，tlb miss", 2, "full-width", "read 0x03D4 => vpn 15,tlb miss"),
    ("machine simple/expect machine.pages == 2⁸", 2, "superscript", "expect machine.pages == 2**8"),
    ("machine simple/r\u{435}ad 0x03D4", 2, "Cyrillic", "read 0x03D4"),
    ("machine simple/set tlb {/  set │ tag ppn/  ────┼────/  3 │ 03 0D/}", 2, "drawn by `show`", "  set | tag ppn"),
    // Names of other tools and of the textbook.
    ("machine { n 14 bits, physical 12 bits, page 64 B }", 1, "did you mean `virtual`", "machine { virtual 14 bits, physical 12 bits, page 64 B }"),
    ("reference 1 2 { frames 1, replacement min }", 1, "optimal", "reference 1 2 { frames 1, replacement optimal }"),
    // Pasted output, slides, and shells.
    ("machine simple/read 0x03D4        first.pw:13", 2, "part of the output", "read 0x03D4"),
    ("machine simple/• read 0x3D4", 2, "mark of a list", "read 0x3D4"),
    ("machine simple/pagewalk> read 0x3D4", 2, "prompt", "read 0x3D4"),
    ("machine simple/read 0x3D4 => tlb miss/  ✓ tlb miss", 3, "output", ""),
    ("machine simple/ﬂush tlb", 2, "ligature", "flush tlb"),
    // Facts: each message is at its own fact, and the machine has the suggested one.
    ("machine simple/read 0x3D4 => foo 3, offset 0x14", 2, "no fact `foo`", ""),
    ("machine simple/read 0x3D4 => page 0x0F, page_fault no", 2, "virtual page number", "read 0x3D4 => vpn 0x0F, page_fault no"),
    ("machine simple/read 0x3D4 => VPN 0x0F, TLBI 3", 2, "no fact `VPN`", "read 0x3D4 => vpn 0x0F, TLBI 3"),
    ("machine simple/read 0x3D4 => tlb_hit no", 2, "the fact `tlb` is `hit`, `miss`, or `none`", "read 0x3D4 => tlb miss"),
    ("machine simple/raed 0x03D4 => vpn 0x0F, tlb mis, pnp 0x0D", 2, "did you mean `read`", "read 0x03D4 => vpn 0x0F, tlb mis, pnp 0x0D"),
    ("machine { physical 16 bits, cache { sets 4, ways 1, block 16 B } }/read 0x10 => hit", 2, "name and a value", "read 0x10 => cache hit"),
    ("process P1/open(\"no\", O_RDONLY) => returns -ENOENT", 2, "the fact `error`", "open(\"no\", O_RDONLY) => error ENOENT"),
    ("machine simple/expect tlb.misses == 0 && tlb.hits == 0", 2, "write `and`", "expect tlb.misses == 0 and tlb.hits == 0"),
    ("process P1/info proc mappings", 2, "areas of a process", "show maps"),
    ("machine simple/read 0x3D4/if tlb.hits == 0 {/  show 1/} elif tlb.hits == 1 {/  show 2/}", 5, "else if", "} else if tlb.hits == 1 {"),
    ("hex 980", 1, "in parentheses", "show hex(980)"),
    ("machine simple/for va in range(0x3C0, 0x400, 16) {/  read va/}", 2, "no step", "for va in [0x3C0, 0x3D0, 0x3E0, 0x3F0] {"),
    ("include \"lib\\machine.pw\"", 1, "folders are separated by `/`", ""),
    ("kernel { frames 16, vm.swappiness 60 }", 1, "one word", ""),
    ("expect = 4 == 4", 1, "begins a statement", "expect 4 == 4"),
    // Only the wrong token is changed, and only if no other token can be wrong.
    ("machine simple/let size = 4/show 3 * sizesize 5", 3, "", ""),
    ("machine simple/let a = [1, , 3]", 2, "a value is missing", ""),
    ("machine simple/read 0 => fault , vpn 0", 2, "`fault` needs a value", ""),
    ("program p \"\"\"/  int main(void) { return 0; }/\"\"\"/outputs p => all", 4, "as in `all […]`", ""),
    ("reference 1 2 { frames 1 } => faults", 1, "as in `faults 3`", ""),
    ("machine simple/read 0 0 => vpn 0", 2, "takes no other value", "read 0 => vpn 0"),
    ("machine simple/translate 0 write", 2, "does not accept the word `write`", "translate 0 for write"),
    ("machine simple/choose walked in in 0..4", 2, "in", "choose walked in 0..4"),
    ("machine simple/read (1 + 2 )) => vpn 0", 2, "closes nothing", "read (1 + 2 ) => vpn 0"),
    ("def f(x) { expect x == 1 )/f(1)", 1, "`{` is closed by `)`", "def f(x) { expect x == 1 }"),
    ("machine simple/set page_table {/  | vpn ppn v |/  | 0F  0D  1 |/  | 10  0E 5  1 |/}", 5, "remove `5`", "  | 10  0E  1 |"),
    ("machine simple/set page_table {/  | vpn | | v |/  | 0F  | 0D | 1 |/}", 4, "header has 2", ""),
    ("machine simple/choose ength in [1, 2]/expect length < 3 and length > 0", 2, "nothing uses", "choose length in [1, 2]"),
    ("process P1/let p = malloc( }9)/child: write p = 2", 2, "never closed", ""),
    // Contents, processes, and values without their verbs.
    ("machine simple/page_table {/  | vpn ppn |/  | 0F 0D |/}", 2, "changed with `set`", "set page_table {"),
    ("process P1/let pid = fork()/child: read 0x400000", 3, "names the new process", "pid: read 0x400000"),
    ("process P1/P1: {/  let a = malloc(10)/}", 2, "remove `:`", "P1 {"),
    ("process P1/let p = malloc(9)/show *p", 3, "not dereferenced", "show byte(p)"),
    ("machine simple/980 >> 6", 2, "`show` prints a value", "show 980 >> 6"),
    ("machine simple/set stats", 2, "no statement can set them", ""),
    ("machine simple/read 0x3C0..0x3D0", 2, "exactly one address", "for va in 0x3C0..0x3D0 { read va }"),
    ("machine simple/read 0x3D4, 4 bytes", 2, "follows `size`", "read 0x3D4 size 4"),
    ("machine { physical 12 bits, cache { S 4, ways 2, block 16 B } }", 1, "did you mean `sets`", "machine { physical 12 bits, cache { sets 4, ways 2, block 16 B } }"),
    ("question \"Q\" { choice \"Which?\" correct \"VPN\" wrong \"VPO\" }", 1, "options in braces", ""),
    // Machines: a fix keeps names and uses the numbers of the script.
    ("machine {/  physical 32 bits/  L1 { size 1 KB, block 64 B }/}/read 0x40 => L1 miss", 3, "write `cache L1", "  cache L1 { size 1 KB, block 64 B }"),
    ("machine {/  virtual 14 bits, page 64 B/  dTLB { entries 16 }/}/read 0 => tlb miss", 3, "write `tlb dTLB", "  tlb dTLB { entries 16 }"),
    ("machine { physical 12 bits, cache { block 4 B } }", 1, "the size of this cache is missing / add its size, for example `size 64 B` or `lines 16`", ""),
    ("machine { virtual 14 bits, page 64 B, tlb { ways 4 } }", 1, "for example `entries 16`", ""),
    ("machine { virtual 14 bits, page 64 B }/machine { tlb { entries 16 } }/read 0", 2, "replaces the first", "machine { virtual 14 bits, page 64 B, tlb { entries 16 } }"),
    ("machine { virtual 14 bits, page 64 B }/tlb { entries 16 }/read 0", 2, "belongs in the braces of `machine`", "machine { virtual 14 bits, page 64 B, tlb { entries 16 } }"),
    ("machine {/  virtual 14 bits/  page 64 B/}/cache {/  size 64 B/  block 4 B/}/read 0", 5, "belongs in the braces of `machine`", "  cache {"),
    ("machine simple/cache L2 { size 1 KB, block 64 B }", 2, "belongs in the braces of `machine`", ""),
    ("machine { physical 16 bits/  cache {/    L1 { size 1 KB, block 64 B }/  }/}", 3, "write `cache L1 { … }`, without `cache {` around them", ""),
    ("machine {/  physical 12 bits/  memory latency 100/}", 3, "belong in braces", "  memory { latency 100 }"),
    ("machine { physical 12 bits, memory { size 4 KB, latency 100 } }", 1, "write `physical 12 bits` in `machine`", "machine { physical 12 bits, memory { latency 100 } }"),
    ("machine mine { virtual 14 bits, page 64 B }", 1, "has no name / remove `mine`", "machine { virtual 14 bits, page 64 B }"),
    ("machine { virtual 14 bits, page 64 B/  tlb { entries 16, 4-way set associative } }", 2, "write `ways 4`", "  tlb { entries 16, ways 4 } }"),
    ("machine { virtual 14 bits, page 64 B, tlb { entries 8, fully associative } }", 1, "/ write `fully-associative`", "machine { virtual 14 bits, page 64 B, tlb { entries 8, fully-associative } }"),
    ("machine {/  virtual: 14 bits,/  physical: 12 bits,/  page: 64 B/}/read 0", 2, "write the names and their values without `:`", "  virtual 14 bits,"),
    ("machine {/  virtual 14 bits, page 64 B/  tlb { entries 16, ways 4/  cache { size 64 B, block 4 B }/}/read 0", 3, "put in `}` after line 3", "  tlb { entries 16, ways 4 }"),
    ("machine { physical 12 bits, cache { size 48 B, block 4 B, ways 4 } }", 1, "write `size 32 B`, `size 64 B`, or `ways 3`", ""),
    ("machine { virtual 14 bits, page 64 B, tlb { entries 12, ways 4 } }", 1, "write `entries 8`, `entries 16`, or `ways 3`", ""),
    ("machine { virtual 32 bits, page 4 KB, page_table { levels 2, bits 10 12 } }", 1, "32 - 12 = 20 bits; write `bits 10 10`", ""),
    ("machine { virtual 32 bits, page 4 KB, levels 2 }", 1, "write `page_table { levels 2 }`", "machine { virtual 32 bits, page 4 KB, page_table { levels 2 } }"),
    ("machine { virtual 32 bits, page 4 KB, page_table { walk uncached }, levels 2 }", 1, "a setting of `page_table { … }`", ""),
    ("machine { virtual 32 bits, page 4 KB, pte 32 bits }", 1, "write `4 B`", "machine { virtual 32 bits, page 4 KB, pte 4 B }"),
    ("machine { physical 3 KB }", 1, "write `12 bits`", "machine { physical 12 bits }"),
    ("machine { virtual 14 bits, page 64 B/  tlb { entries 8 }/  tlb { entries 16 }/}", 3, "a name of its own: write `tlb dTLB { … }`", ""),
    ("for n in [1, 2] {/  machine { physical 16 bits, cache { size n KB, block 16 B } }/}", 2, "a unit must follow a number", "  machine { physical 16 bits, cache { size n * 1 KB, block 16 B } }"),
    ("for p in [lru] {/  machine { virtual 14 bits, page 64 B, tlb { entries 4, policy p } }/}", 1, "write `\"lru\"`", "for p in [\"lru\"] {"),
    // Contents of tables.
    ("machine simple/set page_table[0x0A] = 0x2D", 2, "write `set page_table", "set page_table { | vpn ppn |; | 0A 2D | }"),
    ("machine simple/set page_table[10] = 45", 2, "write `set page_table", "set page_table { | vpn ppn |; | 0A 2D | }"),
    ("machine simple/set page_table { 0x0F: 0x0D, 10: 9 }", 2, "must be a table", "set page_table { | vpn ppn |; | 0F 0D |; | 0A 09 | }"),
    ("machine simple/set page_table {/  0x0F -> 0x0D/}", 2, "must be a table", "set page_table { | vpn ppn |; | 0F 0D | }"),
    ("machine simple/set tlb {/  | vpn ppn v |/  | 0F 0D 1 |/}", 3, "into which the VPN is split", "  | set tag ppn v |; | 3 03 0D 1 |"),
    ("machine simple/set tlb { | vpn ppn |; | 0F 0D |; | 13 2D | }", 2, "the set, VPN % 4, and the tag", ""),
    ("machine simple/set memory { | va b0 |; | 3D4 36 | }", 2, "in place of `va`, write the `pa`", ""),
    ("machine simple/set cache { | pa tag |; | 354 0D | }", 2, "in place of `pa`, write the `idx`", ""),
    ("machine simple/set page_table {/  | 0F 0D 1 |/}", 3, "write `| vpn ppn v |` above this row", ""),
    ("machine simple/set tlb {/  | set | tag ppn | tag ppn | tag ppn | tag ppn | tag ppn |/  | 3 | 1 1 | 2 2 | 3 3 | 4 4 | 5 5 |/}", 3, "with `sets 4, ways 5`", ""),
    // Accesses and their facts.
    ("machine simple/read 0x3D4 tlb miss, ppn 0x0D", 2, "facts must follow", "read 0x3D4 => tlb miss, ppn 0x0D"),
    ("machine core-i7/read 0x3D4 dTLB miss, L1d miss", 2, "facts must follow", "read 0x3D4 => dTLB miss, L1d miss"),
    ("machine simple/page_table[0x0F] = 0x0D", 2, "maps a page", "set page_table { | vpn ppn |; | 0F 0D | }"),
    ("machine simple/write 0x3D4 = 5 tlb miss, ppn 0x0D", 2, "facts must follow", "write 0x3D4 = 5 => tlb miss, ppn 0x0D"),
    ("machine simple/read 0x3D4 => hit", 2, "write `tlb hit` or `cache hit`", "read 0x3D4 => tlb hit"),
    ("machine simple/read short 0x2A8", 2, "follows the address", "read 0x2A8 size 2"),
    ("machine simple/let x = read 0x2A8 size 4", 2, "has no value", "let x = word(0x2A8, 4)"),
    ("machine simple/S 18,1", 2, "write `write 0x18 = 0`", "write 0x18 = 0"),
    ("machine simple/S 18,4", 2, "write `write 0x18 = 0 size 4`", "write 0x18 = 0 size 4"),
    ("machine simple/read 0x3D4/expect 0x340 <= last.pa < 0x380", 3, "write `0x340 <= last.pa and last.pa < 0x380`", "expect 0x340 <= last.pa and last.pa < 0x380"),
    ("machine simple/translate 03D4", 2, "write `0x03D4`", "translate 0x03D4"),
    ("machine { physical 12 bits }/replay \"yi.trace\" map resident", 2, "remove `map resident`", ""),
    ("machine { virtual 20 bits, physical 12 bits, page 256 B }/kernel { frames 4 }", 2, "a page table needs 32 of the 16 page frames", ""),
    ("machine simple/sweep \"yi.trace\" ways 1..4", 2, "write `pagewalk sweep FILE.pw yi.trace ways 1..4`", ""),
    ("machine simple/let va = 0/while va < 16 {/  read va/  let va = va + 4/}", 3, "write `for va in [0, 4, 8, 12] { … }`", "for va in [0, 4, 8, 12] {"),
    ("machine simple/set page_table {/  | vpn ppn v |/  | 0A 09 |/}", 4, "write `1` if the entry is valid", ""),
    // Names of another block, and units of length.
    ("scenario \"a\" {/  let k = 5/}/scenario \"b\" {/  show k/}", 5, "or before both blocks", ""),
    ("scenario \"a\" {/  def f(x) { show x }/}/scenario \"b\" {/  f(3)/}", 5, "or before both blocks", ""),
    ("scenario \"a\" {/  process P/}/scenario \"b\" {/  machine simple/  P: show maps/}", 6, "or before both blocks", ""),
    ("question \"Q\" { essay \"Why?\" space 3 KB }", 1, "takes a number and its unit, such as `4 cm`", "question \"Q\" { essay \"Why?\" space 3 cm }"),
    ("question \"Q\" { essay \"Why?\" space 4 pages }", 1, "write `mm`, `cm`, or `lines` after the number", ""),
    // Declarations below.
    ("machine simple/touch(0x3C0)/def touch(va) { read va }", 2, "defined only below", ""),
    ("machine core-i7/P1: read 0x1000/process P1", 2, "declared only below", ""),
    // Papers.
    ("machine simple/question \"Q\" points 2,5 {/  ask \"a\" = 3/}", 2, "a decimal point, not a comma", "question \"Q\" points 2.5 {"),
    ("machine simple/question \"Q\" { ask read 0x3D4 => vpn points 2,5 }", 2, "a decimal point, not a comma", "question \"Q\" { ask read 0x3D4 => vpn points 2.5 }"),
    ("exam { duration 1 h 30 min }/question \"Q\" { ask \"a\" = 3 }", 1, "write `duration 90 min`", "exam { duration 90 min }"),
    ("exam { date March 1, 2026 }/question \"Q\" { ask \"a\" = 3 }", 1, "write `\"March 1, 2026\"`", "exam { date \"March 1, 2026\" }"),
    ("machine simple/question \"Q\" { ask read 0x3D4 => vpn, ppn, points 3 }", 2, "points follow the last fact without a comma", "question \"Q\" { ask read 0x3D4 => vpn, ppn points 3 }"),
    ("machine simple/question \"Q\" points 2 {/  ask \"a\" = 3/  rubric \"b\" points 2/}", 4, "a rubric belongs to an essay", ""),
    ("machine simple/question \"Q\" { choice \"VPN?\" { answers vpn read 0x3D4 } }", 2, "`of` is missing here", "question \"Q\" { choice \"VPN?\" { answers vpn of read 0x3D4 } }"),
    ("machine simple/question \"A\" {/  let frame = 3/  ask \"a\" = 3/}/question \"B\" {/  text \"\"\"Frame {frame}.\"\"\"/  ask \"b\" = 3/}", 7, "declared only in a block that has ended", ""),
    ("machine simple/question \"A\" { ask \"VPN\" = vpn(0x3D4) }", 2, "its label follows `as`", "question \"A\" { ask translate 0x3D4 => vpn as \"VPN\" }"),
    ("let va = 4/question \"A\" {/  text \"\"\"At 0x{va:04X}.\"\"\"/  ask \"a\" = 3/}", 3, "has no format", "  text \"\"\"At {hex(va, 4)}.\"\"\""),
    ("let va = 4/question \"A\" {/  text \"\"\"At {va:#x}.\"\"\"/  ask \"a\" = 3/}", 3, "has no format", "  text \"\"\"At {hex(va)}.\"\"\""),
    // Digits and signs.
    ("machine simple/read 03D4₁₆", 2, "the radix of a textbook", "read 0x03D4"),
    ("machine simple/read 0xO3D4", 2, "write `0x03D4`", "read 0x03D4"),
    // A merge.
    ("machine simple/set page_table {/  | vpn ppn |/<<<<<<< HEAD/  | 0F 0D |/||||||| 1a2b/  | 0F 0C |/=======/  | 0F 0E |/>>>>>>> more/}/read 0x3D4", 4, "a merge left conflict markers", ""),
    ("machine simple/read 0x3D4/>>>>>>> origin", 3, "remove the line with `>>>>>>>`", ""),
    ("machine simple/read 0x3D4/=======/read 0x3D8", 3, "a merge left a conflict marker", ""),
    // Pasted lines.
    ("$ pagewalk run first.pw/machine simple", 1, "a command for the shell", ""),
    ("machine simple/read 0x3D4 => pa  expected 0x368  actual 0x354", 2, "a part of the output", "read 0x3D4 => pa 0x354"),
    ("machine simple/2 statements; 1 expectation holds", 2, "this line is output", ""),
    ("machine simple/  VPN 0x0F  TLBI 0x3  TLBT 0x03  TLB hit? no", 2, "this line is output", ""),
    ("machine simple/:bits 0x3D4", 2, "a command for the prompt", "figure bits 0x3D4 fields"),
    ("machine simple/:why tlb", 2, "a command for the prompt", ""),
    ("machine simple/read\u{200b} 0x3D4", 2, "an invisible character is here: U+200B", "read 0x3D4"),
    ("machine core-i7/read 0x1000 => vpn0 0, vpn1 0", 2, "`vpn1` to `vpn4`", ""),
    ("machine simple/set cache {/  | idx | tag v | b0 b1 b2 b3 |/  | 10 | 0D 1 | 11 22 33 44 |/}", 4, "for idx 10, write `A`", ""),
    ("machine { physical 16 bits, cache { size 32 B, block 64 B, direct-mapped } }", 1, "a block of 64 bytes does not fit into a cache of 32 bytes", ""),
    ("def vpn_of(va) {/  return va >> 6/}", 2, "write the expression `va >> 6`", ""),
    // Half remembered: a block, a part, or a form of another place.
    ("machine simple/exam {/  title \"Quiz\"/  question \"A\" points 2 {/    ask translate 0x3D4 => vpn/  }/}", 4, "a question is a statement, not a setting of `exam`", ""),
    ("machine simple/question \"A\" points 4 {/  part \"a\" points 2 { ask \"a\" = 3 }/}/part \"b\" points 2 { ask \"b\" = 3 }", 5, "move it above the `}` in line 4", ""),
    ("machine simple/pool \"Easy\" pick 1 {/  question \"A\" { ask \"a\" = 3 }/}", 2, "a pool lists the titles of its questions", ""),
    ("machine simple/swap { pages 8 }/process P1", 2, "write `kernel { swap 8 pages }`", ""),
    ("machine {/  physical 16 bits/  cache {/    size 1 KB, block 16 B, ways 2/    L2 { size 8 KB, block 16 B, ways 4 }/  }/}", 5, "close the braces of `cache` above it, and write `cache L2 { … }`", ""),
    ("machine { physical 12 bits, cache { size 64 B, block 4 B, direct-mapped, miss_penalty 100 } }", 1, "the latency of the next level", ""),
    ("machine {/  virtual 48 bits, physical 36 bits, page 4 KB/  page_table { levels 9 9 9 9 }/}", 3, "`bits` has the width of each", ""),
    ("machine {/  virtual 32 bits, physical 32 bits, page 4 KB/  page_table { levels 2, l1 10 bits, pte 4 bytes }/}", 3, "write `bits 10 10`", ""),
    ("machine simple/set tlb none", 2, "write `machine simple { tlb none }`", ""),
    ("machine simple/set memory 0x354 = { 0x36, 0x72 }", 2, "the contents of memory are a table", ""),
    ("machine simple/read pa 0x354 => cache miss", 2, "a machine without them takes physical addresses", ""),
    ("machine simple/set page_table {/  | vpn ppn prot |/  | 0F  0D  rw |/}", 3, "`rw`, `us`, or `xd`", ""),
    ("machine simple/write 0x3D4 = 42 => dirty 1", 2, "the bits of an entry are not facts of an access", ""),
    ("machine simple/read 0x354/expect cache.amat == 11", 3, "its fact `cycles`", ""),
    ("machine core-i7/process P1/P1: execve(\"ls\", [\"ls\", \"-l\"], NULL)", 3, "a program gets no arguments", ""),
    ("machine core-i7/process P1/P1: mmap(NULL, 18, PROT_READ, MAP_PRIVATE, \"poem\", 0)", 3, "`open` returns the descriptor of a file", ""),
    ("machine core-i7/process P1/P1: mmap(0x1000, 4096)", 3, "`mmap` takes 6 arguments: an address", "P1: mmap(0x1000, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)"),
    ("machine core-i7/process P1/P1: let p = mmap(NULL, 128, PROT_READ)", 3, "`mmap` takes 6 arguments: an address", "P1: let p = mmap(NULL, 128, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)"),
    ("machine core-i7/file \"poem\" = \"to be\"/process P1/P1: mmap(NULL, 18, PROT_READ, MAP_PRIVATE, poem, 0)", 4, "`open` returns its descriptor", ""),
    ("machine simple/read 0x3D4/expect cache.hits == cache.accesses", 3, "write `(cache.hits + cache.misses)`", "expect cache.hits == (cache.hits + cache.misses)"),
    ("machine simple/core 1", 2, "write `cores 2` in the braces of `machine`", ""),
    ("machine simple/read 0x3D4, 4 => vpn 0x0F", 2, "must follow `size`", "read 0x3D4 size 4 => vpn 0x0F"),
    ("machine simple/scenario \"warm\":/  read 0x3D4/  read 0x3D5", 2, "replace the `:` with `{`, and end the block with `}`", "scenario \"warm\" {"),
    ("machine simple/set page_table {/  | vpn pa |/  | 0F 340 |/}", 3, "addresses without their page offsets", ""),
    ("machine core-i7/process P1/process P2 = fork()", 3, "after the name of the parent", ""),
    ("machine { physical 16 bits, cache { size 1 KB, block 16 B, direct-mapped } }/program p \"int main(void) { return 0; }\"/run p => cache.misses 1", 3, "`replay` counts the hits and misses", ""),
    ("machine simple/question \"Q\" {/  table \"Fill in.\" {/    columns \"Page\" \"Bits\"/    row 4 KB ____ = 12/  }/}", 5, "a blank is a question mark", "    row 4 KB ? = 12"),
    ("let va = 4/question \"A\" {/  text \"\"\"At {va:#06x}.\"\"\"/  ask \"a\" = 3/}", 3, "has no format", "  text \"\"\"At {hex(va, 4)}.\"\"\""),
    ("machine simple/question \"A\" {/  text \"Translate %x.\", va/  ask \"a\" = 3/}", 3, "a value belongs in braces in the text", ""),
    ("machine simple/question \"A\" {/  text \"\"/    Translate it./  \"\"/  ask \"a\" = 3/}", 3, "a text of several lines is in three double quotes", "  text \"\"\""),
    ("machine simple/question \"A\" {/  text '''/    Translate it./  '''/  ask \"a\" = 3/}", 3, "a text of several lines is in three double quotes", "  text \"\"\""),
    ("machine core-i7 { cores 2 }/core0: read 0x1000", 2, "`core` selects the core", "core 0; read 0x1000"),
    ("machine simple/read 0x3D4 -> 5", 2, "facts must follow `=>`", ""),
    ("machine simple/show tlb set 3", 2, "`show` prints only the whole table", "show tlb"),
    ("machine simple/bonus question \"Q\" points 3 {/  ask \"a\" = 3/}", 2, "there are no bonus points", ""),
    ("machine simple/question \"Q\" {/  truefalse \"A hit is fast.\" false/}", 3, "a statement that is true or false is a `choice`", "  choice \"A hit is fast.\" { wrong \"true\"; correct \"false\" }"),
    ("question \"Q\" {/  ask \"Reach\" unit KB = 256/}", 2, "the unit must follow the value", "  ask \"Reach\" = 256 unit KB"),
    ("question \"Q\" {/  ask \"Time\" = 15 unit ns tolerance 5 %/}", 2, "an answer has no tolerance", ""),
    ("question \"Q\" {/  ask \"Which bit?\" = \"dirty\" or \"modified\"/}", 2, "with the rule `also`", "  ask \"Which bit?\" = \"dirty\""),
    ("machine simple/question \"Q\" {/  ask read 0x3D4 => vpn { solution \"High bits.\" }/}", 3, "on lines of their own", ""),
    ("machine simple/pool pick 1 {/  question \"A\" { ask \"a\" = 3 }/}", 2, "write `pool \"Easy\" pick 1 of [\"A\", \"B\"]`", ""),
    ("machine simple/question \"Q\" {/  choice \"a\" {/    correct \"4\"/    wrong \"16\"/  } points 2/}", 6, "write `points 2` before the `{`", ""),
    ("machine simple/question \"Q\" { ask \"Reach\" = 64 in B }", 2, "the word `unit`", "question \"Q\" { ask \"Reach\" = 64 unit B }"),
    ("machine simple/question \"Q\" {/  figure bits 0x29D caption \"The address\"/  ask \"a\" = 3/}", 3, "a figure has no caption", "  text \"The address\"; figure bits 0x29D"),
    ("machine simple/expect ppn(0x3D4) == 0x0D", 2, "write `translate 0x3D4 => ppn 0x0D`", ""),
    ("machine core-i7/process P1/P1: brk += 4096", 3, "a call moves the break", "P1: sbrk(4096)"),
    ("machine core-i7/process P1/P1: let c = fork()/P1: wait c", 4, "waits for any child", "P1: wait()"),
    ("machine simple/show page_table where v == 1", 2, "`show` prints only the whole table", "show page_table"),
    ("machine core-i7 { cores 2 }/write 0x40 = 1 on core 0", 2, "precedes the statements of a core", "core 0; write 0x40 = 1"),
    ("machine { physical 16 bits, cache { size 1 KB, block 16 B, direct-mapped } }/program p \"int main(void) { return 0; }\"/replay p()", 3, "named without parentheses", "replay p"),
    // Programs: names without quotes, calls, lines, lists, and constants.
    ("program p from e04.c", 1, "the name of a file must be in quotes", ""),
    ("program p \"\"\"/int a[4];/int main(void) {/  return a[0];/}/\"\"\"/run p until main", 7, "`until` takes the number of a line", "run p until line 3"),
    ("program p \"\"\"/int main(void) {/  return 0;/\"\"\"/run p", 3, "`}` is missing after `;`", ""),
    ("program p \"\"\"/#include <stdio.h>/int main(void) { printf(\"2\"); }/\"\"\"/outputs p => all \"2\"", 5, "`all` is a list in brackets", "outputs p => all [\"2\"]"),
    ("reference 1 2 3 { frames 1 } => resident 3", 1, "`resident` is a list in brackets", "reference 1 2 3 { frames 1 } => resident [3]"),
    ("machine { physical 16 bits }/program p \"\"\"/#define N 8/int a[N];/int main(void) { return a[0]; }/\"\"\"/replay p { N = 4 }", 7, "`define` replaces a `#define`", "replay p { define N = 4 }"),
    ("machine core-i7/program p \"\"\"/#define N 8/int a[N];/int main(void) { return a[0]; }/\"\"\"/run p with N = 4", 7, "`define` replaces a `#define`", "run p { define N = 4 }"),
    ("machine { physical 16 bits }/program p \"\"\"/int a[8];/void f(int n) { a[n] = n; }/int main(void) { f(1); }/\"\"\"/call f(1)", 7, "`f` is a function of the program `p`", "replay p call f(1)"),
    ("machine core-i7/program p \"\"\"/int a[8];/void f(int n) { a[n] = n; }/int main(void) { f(1); }/\"\"\"/f(1)", 7, "`f` is a function of the program `p`", "run p call f(1)"),
    ("machine { physical 16 bits }/program sums \"\"\"/int a[4];/int main(void) { return a[0]; }/\"\"\"/replay => accesses 1", 6, "`replay` needs", "replay sums => accesses 1"),
    ("program \"\"\"/int main(void) { return 0; }/\"\"\"/outputs p", 1, "write `program p \"\"\"`", "program p \"\"\""),
    ("program p \"\"\"/int main(void) { return 0; }/\"\"\"/show p", 4, "`show program p`", ""),
    ("machine { physical 16 bits }/program t \"\"\"/int src[2], dst[2];/int main(void) { dst[0] = src[1]; return 0; }/\"\"\"/replay t/show src dst", 7, "begins with the program", "show t by src dst"),
    ("program p \"p.c\"", 1, "write `program p from \"p.c\"`", ""),
    ("machine simple/figure tlb \"tlb.svg\"", 2, "`--figures DIR` writes", "figure tlb"),
    ("process P1/program p \"int main(int c, char **v) { return c; }\"/run p 8", 3, "texts after `arguments`", "run p arguments \"8\""),
    ("process P1/P1: let p = sbrk(4096)/evict p", 3, "a page is evicted with `swap out`", "swap out p"),
    ("machine simple/read 0xC0 => vpn >= 3", 2, "write `expect last.vpn >= 3`", ""),
    ("machine { virtual 16 bits, physical 14 bits, page 64 B, page_table { levels 2, bits 5 5 } }/translate 0x1234 => pdi 2", 2, "the fact `vpn1`", "translate 0x1234 => vpn1 2"),
    // Operands in the wrong place, whose message says the form of the whole.
    ("machine simple/translate 0x100 for reading", 2, "did you mean `read`?", "translate 0x100 for read"),
    ("machine simple/translate 0x100 by kernel", 2, "did you mean `supervisor`?", "translate 0x100 by supervisor"),
    ("machine simple/read 0 0x1000", 2, "takes no other value", ""),
    ("machine simple/read 0x03D4 => cache compulsory miss", 2, "`replay \"loop.trace\" causes`", ""),
    ("machine simple/expect 50% tlb hits", 2, "write `expect tlb.hit_rate == 50%`", ""),
    ("machine simple/let r = replay(x)", 2, "`replay` begins a statement", ""),
    ("machine simple/pte 0x0F: ppn 0x0D", 2, "write `set page_table {", ""),
    ("machine simple/read [0x100, 0x200] => tlb miss", 2, "several addresses need several statements", ""),
    ("machine simple/replay {/  I 03c0,4/} => cache.misses 1", 2, "the accesses of a trace are in a file", ""),
    ("machine core-i7/kernel { frames 4, algorithm { lru } }", 2, "replacement", ""),
    // Blocks of other notations.
    ("question \"Q\" {/  ask \"n\" = 1/  solution {/    \"Because.\"/  }/}", 3, "write `solution \"…\"`", ""),
    ("question \"Q\" {/  essay \"Why?\" {/    rubric {/      \"a\": 2/    }/  }/}", 3, "write `rubric \"…\" points 2`", ""),
    ("question \"Q\" {/  ask table {/    | a | b |/    | 1 | ? |/  }/}", 2, "a table with blanks is a `table`", ""),
    ("pool \"Bits\" pick 1 of 2 {/  question \"A\" { ask \"n\" = 1 }/}", 1, "in the braces of `exam`, write `pool", ""),
    ("question \"Q\" {/  choose { 1 | 2 } as n/  ask \"n\" = n/}", 2, "write `choose n in [1, 2, 4]`", ""),
    ("question \"Q\" {/  text \"Which?\"/  - [x] \"A\"/  - [ ] \"B\"/}", 3, "write `correct \"A\"`", ""),
    ("machine simple/question \"Q\" {/  ask translate 0x03D4 => vpn [2], vpo [2], tlbi [2]/}", 3, "an `ask` shares them among its blanks", ""),
    ("machine simple/question \"Q\" {/  ask read 0x28F => vpn/  ask same => tlbi/}", 4, "`last` is the latest operation", "  ask last => tlbi"),
    ("question \"Q\" {/  ask \"n\" = 1/  hint \"Look.\"/}", 3, "`solution \"Look.\"` for the key", ""),
    // Settings in the words and the order of textbooks and other tools.
    ("machine { virtual 32 bits, physical 32 bits, page 4 KB, page_table { levels 10, 10 } }", 1, "", "machine { virtual 32 bits, physical 32 bits, page 4 KB, page_table { levels 2, bits 10 10 } }"),
    ("machine { virtual 32 bits, physical 32 bits, page 4 KB, page_table 2 levels }", 1, "", "machine { virtual 32 bits, physical 32 bits, page 4 KB, page_table { levels 2 } }"),
    ("machine { virtual 14 bits, physical 12 bits, page 64 B, tlb(16, 4) }", 1, "", "machine { virtual 14 bits, physical 12 bits, page 64 B, tlb { entries 16, ways 4 } }"),
    ("machine { physical 32 bits, cache (4, 1, 4, 32) }", 1, "", "machine { physical 32 bits, cache { sets 4, ways 1, block 4 } }"),
    ("machine { physical 12 bits, cache { direct mapped, 16 lines of 4 bytes } }", 1, "", "machine { physical 12 bits, cache { direct-mapped, lines 16, block 4 B } }"),
    ("machine { physical 12 bits, cache L1 data { sets 16, ways 1, block 4 B } }", 1, "", "machine { physical 12 bits, cache L1 { for data, sets 16, ways 1, block 4 B } }"),
    ("machine { physical 12 bits, cores 2, private cache L1 { sets 16, ways 1, block 4 B } }", 1, "of its own unless they are `shared`", "machine { physical 12 bits, cores 2, cache L1 { sets 16, ways 1, block 4 B } }"),
    ("machine { physical 12 bits, cache { sets 16, ways 1, block 4 B, write policy back } }", 1, "", "machine { physical 12 bits, cache { sets 16, ways 1, block 4 B, write-back } }"),
    ("machine { physical 12 bits, cache { S 16, ways 1, block 4 B, E = 3 * { 2 } } }", 1, "the setting is `sets`", ""),
    ("machine { virtual 14 bits, physical 12 bits, page offset 6 bits }", 1, "", "machine { virtual 14 bits, physical 12 bits, page 64 B }"),
    ("machine { virtual 14 bits, physical 12 bits, page 64 B, no mmu }", 1, "leave out `virtual`", ""),
    ("machine core i7", 1, "the preset for an Intel machine", "machine core-i7"),
    ("machine core-i7/kernel { frames 4, swap on }", 2, "write `swap 32 slots`", ""),
    ("machine core-i7/kernel { frames 4, replacement local lru }", 2, "whose pages the kernel evicts", "kernel { frames 4, replacement lru, scope local }"),
    ("reference 1 2 3 { frames 3..5, replacement lru }", 1, "write `for n in [3, 4]", ""),
    ("machine simple/tlb.replacement = fifo", 2, "nothing can be assigned to a part", ""),
    ("machine simple/assert(read(0x03D4).ppn == 0x0D)", 2, "its facts follow `=>`", "read 0x03D4 => ppn 0x0D"),
    ("machine small = { virtual 14 bits, physical 12 bits, pages 64 B }", 1, "follow it without a name or `=`", ""),
    // Papers of other systems.
    ("question \"Q\" {/  essay \"Why?\" {/    points 2 for \"locality\"/  }/}", 3, "each criterion is a `rubric`", "    rubric \"locality\" points 2"),
    ("question \"Q\" {/  ask \"Hit ratio\" = 30 in percent/}", 2, "a percentage is asked with its factor", "  ask \"Hit ratio\" = (30) * 100 unit \"%\""),
    ("question \"Q\" {/  cloze \"A page has {=64} bytes.\"/}", 2, "write `ask \"…\" = VALUE` for each blank", ""),
    ("question \"Q\" {/  (a) ask \"n\" = 1/}", 2, "a part needs a name in quotes", "  part \"a\" { ask \"n\" = 1 }"),
    ("section \"Part I\" {/  question \"Q\" { ask \"n\" = 1 }/}", 1, "a paper has no sections", ""),
    ("question \"A\" { ask \"n\" = 1 }/newpage/question \"B\" { ask \"n\" = 1 }", 2, "questions begin on new pages", ""),
    ("machine simple/question \"Q\" {/  ask table tlb (tag, ppn)/}", 3, "the columns of a table follow `columns`", "  ask tlb columns tag ppn"),
    ("machine simple/question \"Q\" {/  ask read 0x100, 0x200 => tlb/}", 3, "write an `ask` for each address", ""),
    ("question \"Q\" {/  choose n in range(0, 64, 4)/  ask \"n\" = n/}", 2, "`where` selects its values", "  choose n in 0..64 where n % 4 == 0"),
    ("choose 1 of {/  question \"A\" { ask \"n\" = 1 }/}", 1, "pick 1 of [\"A\", \"B\"]", ""),
    ("variant A { let n = 1 }/question \"Q\" { ask \"n\" = n }", 1, "differ in the values that `choose` draws", ""),
    ("machine simple/question \"Q\" {/  ask translate 0x100 => vpn worth 0.5, ppn worth 1.5/}", 3, "write an `ask` for each weight", ""),
    ("question \"Q\" {/  choose n in 0..3/  text \"\"\"{% if n > 1 %}high{% endif %}\"\"\"/  ask \"n\" = n/}", 3, "a value, not a statement", ""),
    ("exam { title \"T\", instructor \"Smith\" }", 1, "has no setting for an instructor", ""),
    // Facts in the words of a sentence or of another language.
    ("machine simple/read 0x3D4 => misses the tlb", 2, "the fact must come before its value", "read 0x3D4 => tlb miss"),
    ("machine simple/read 0x3D4 => tlb miss, then cache miss", 2, "separated by commas", "read 0x3D4 => tlb miss, cache miss"),
    ("machine simple/read 0x3D4 => (tlb miss, cache miss)", 2, "without brackets or braces", "read 0x3D4 => tlb miss, cache miss"),
    ("machine simple/read 0x3D4 => virtual page 0x0F", 2, "use the fact `vpn`", "read 0x3D4 => vpn 0x0F"),
    ("machine simple/read 0x3D4 => !tlb.hit, vpn 0x0F", 2, "", "read 0x3D4 => tlb miss, vpn 0x0F"),
    ("machine simple/read 0x3D4 => latency 100", 2, "is the fact `cycles`", "read 0x3D4 => cycles 100"),
    ("machine simple/read 0x3D4 should miss tlb", 2, "facts must follow `=>`", "read 0x3D4 => tlb miss"),
    ("machine simple/read 0x3D4 == tlb miss", 2, "facts must follow `=>`", "read 0x3D4 => tlb miss"),
    ("machine simple/read 0x3D4 => vpn 15 (0x0F)", 2, "a fact has one value", "read 0x3D4 => vpn 15"),
    ("machine core-i7/process P/P: read 0 => crashes", 3, "a value of the fact `signal`", "P: read 0 => signal SIGSEGV"),
    ("machine core-i7/process P/P: let p = malloc(8) => fails", 3, "write `error ENOMEM`", ""),
    ("machine simple/assert_eq(translate(0x3D4), 0x354)", 2, "", "translate 0x3D4 => pa 0x354"),
    ("machine simple/show set 3 of tlb", 2, "prints only the whole table", "show tlb"),
    ("machine core-i7/process A/process B/switch A -> B", 4, "write `B: read 0x1000`", ""),
    ("machine {/  virtual 14 bits, physical 12 bits, page 64 B/  16-entry 4-way tlb/}", 3, "", "  tlb { entries 16, ways 4 }"),
    ("machine {/  physical 16 bits/  L1d { size 1 KB, block 16 B } -> L2 { size 8 KB, block 16 B }/}", 3, "", "  cache L1d { size 1 KB, block 16 B }, cache L2 { size 8 KB, block 16 B }"),
    // Questions in the words of other systems.
    ("question \"Q\" {/  ask \"n\" = 15 in hex/}", 2, "the radix of an answer", "  ask \"n\" = 15 radix hex"),
    ("question \"Q\" {/  ask \"n\" hex = 15/}", 2, "the radix of an answer", "  ask \"n\" = 15 radix hex"),
    ("question \"Q\" {/  ask \"n\" = 15 for 2 points/}", 2, "points have the form `points N`", "  ask \"n\" = 15 points 2"),
    ("question \"Q\" {/  ask \"Rate\" = 0.333 to 2 digits/}", 2, "must follow `round`", "  ask \"Rate\" = 0.333 round 2"),
    ("question \"Q\" {/  ask \"Hit?\" = yes/}", 2, "`true` or `false`", "  ask \"Hit?\" = true"),
    ("machine simple/question \"Q\" {/  ask \"VPN\" = vpn of 0x3D4/}", 3, "its label follows `as`", "  ask translate 0x3D4 => vpn as \"VPN\""),
    ("machine simple/question \"Q\" {/  ask the tlb/}", 3, "write `ask tlb columns tag ppn v`", ""),
    ("machine simple/question \"Q\" {/  draw translate 0x3D4/  ask \"n\" = 1/}", 3, "a figure begins with the name", "  figure translation 0x3D4"),
    ("machine simple/question \"Q\" {/  let n = 1/  text \"n is \" n/  ask \"n\" = n/}", 4, "belongs in braces in the text", "  text \"\"\"n is {n}\"\"\""),
    ("question \"Q\" {/  choice {/    correct \"A\"/    wrong \"B\"/  }/}", 2, "a choice has a text before its options", ""),
    ("question \"Q\" {/  essay \"Why?\" { 2 points \"locality\" }/}", 2, "", "  essay \"Why?\" { rubric \"locality\" points 2 }"),
    ("question \"Q\" {/  free text \"Why?\"/}", 2, "marked by hand is an `essay`", "  essay \"Why?\""),
    ("question \"Q\" {/  part \"a\": ask \"n\" = 1/}", 2, "a part has its statements in braces", "  part \"a\" { ask \"n\" = 1 }"),
    ("question \"Q\" {/  match {/    \"TLB\" -> \"caches\"/  }/}", 2, "a matching question is a table", ""),
    ("question \"Q\" {/  ask \"n\" {/    =64 ~32/  }/}", 2, "the options of a question", ""),
    ("question \"Q\" {/  fill \"___ bits, ___ bytes\" = 14, 6/}", 2, "each blank is an `ask` of its own", ""),
    ("machine simple/question \"Q\" {/  ask load byte at 0x3D4 => vpn/}", 3, "a load is a `read`", "  ask read 0x3D4 => vpn"),
    ("machine simple/process match/match {/  red 0x100/}", 4, "no statement begins with `red`", "  read 0x100"),
    ("machine simple/read 0x100, 0x200, 0x300 => misses 1", 2, "write `for a in [0x100, 0x200, 0x300] { read a }`", ""),
    ("machine simple(tlb_entries=8)", 1, "the settings of a machine are in braces", ""),
    ("machine {/  physical 12 bits/  cache { size 64 B, block 4 B, associativity 2-way }/}", 3, "", "  cache { size 64 B, block 4 B, ways 2 }"),
    ("machine core-i7/kernel { memory 4 frames, replacement lru }", 2, "", "kernel { frames 4, replacement lru }"),
    ("machine simple/read 0x100 into x", 2, "`let` keeps a byte", "let x = byte(0x100)"),
    ("machine simple/assert read(0x100) == 0x36", 2, "its facts follow `=>`", "read 0x100 => byte 0x36"),
    ("question \"Q\" {/  ask \"Time\" = 8.3 unit ns round to 1 decimal/}", 2, "`round` counts significant digits, not decimals", ""),
    ("question \"Q\" {/  ask \"Size\" = 2 ** 12 unit B {/    solution \"Because.\"/  }/}", 2, "write `solution \"…\"` on a line of its own", ""),
    ("question \"Q\" {/  ask \"Which?\" options \"a\", \"b\" answer \"a\"/}", 2, "those of a `choice`", ""),
    ("question \"Q\" {/  essay \"Why?\" {/    rubric 2 points: \"locality\"/  }/}", 3, "", "    rubric \"locality\" points 2"),
    ("machine simple/question \"Q\" {/  ask translate 0x100 => vpn points 2, ppn points 3/}", 3, "each weight needs an `ask` of its own", "  ask translate 0x100 => vpn points 2; ask last => ppn points 3"),
    ("question \"Q\" {/  ask \"n\" = 1/  grading all or nothing/}", 3, "rules of grading belong", ""),
    ("machine {/  physical 16 bits, cores 2/  cache L3 shared { size 1 KB, block 16 B }/}", 3, "", "  cache L3 { shared, size 1 KB, block 16 B }"),
    ("machine simple/set memory[0x354] = 0x36", 2, "a table by physical address", "set memory { | pa b0 |; | 354 36 | }"),
    ("machine simple/set memory {/  0x354: 36 72 F0 1D/  0x358: 11 12 13 14/}", 2, "", "set memory { | pa b0 b1 b2 b3 |; | 354 36 72 F0 1D |; | 358 11 12 13 14 | }"),
    ("machine simple/explain read 0x3D4", 2, "are shown after it", "read 0x3D4; show steps"),
    ("machine simple/kernel { physical memory 3 pages, swap 8 slots }", 2, "in frames", "kernel { frames 3, swap 8 slots }"),
    ("machine { virtual 32 bits, physical 30 bits, page 4 KB, page_table 2 levels of 10 bits }", 1, "", "machine { virtual 32 bits, physical 30 bits, page 4 KB, page_table { levels 2, bits 10 10 } }"),
    ("machine { virtual 32 bits, physical 30 bits, page 4 KB, 2-level page table }", 1, "", "machine { virtual 32 bits, physical 30 bits, page 4 KB, page_table { levels 2 } }"),
    ("machine simple/read 0x3D4 == 0x36", 2, "its facts follow `=>`", "read 0x3D4 => byte 0x36"),
    ("machine simple/expect tlb contains vpn 0x0F", 2, "compared with a table", ""),
    ("machine core-i7/executable \"prog\" { size 8 KB }", 2, "list its sections", ""),
    ("machine simple/question \"Q\" {/  ask vpn, fault, ppn of 0x29D points 3/}", 3, "an operation before its facts", "  ask read 0x29D => vpn, fault, ppn points 3"),
    ("machine core-i7/process p/p: let child = fork()/question \"Q\" {/  ask write 0x40 by child => copied/}", 5, "`child: write 0x40 = 1`", ""),
    ("question \"Q\" {/  ask \"n\" = 1/  note \"Accept 2.\"/}", 3, "no notes for graders", ""),
    ("pool \"Easy\" choose 1 of {/  question \"A\" { ask \"n\" = 1 }/}", 1, "are statements outside of it", ""),
    ("machine core-i7/process P1/P1: let p = mmap(0, 8 KB, rw-, private anonymous)", 3, "C's flags for its protection", "P1: let p = mmap(NULL, 8 KB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)"),
    ("read 03D4", 1, "is not a number", "read 0x03D4"),
    ("write(0x3D4, 42)", 1, "a store uses `=`", "write 0x3D4 = 42"),
    ("machine core-i7/process p/question \"Q\" {/  ask p.read(0x100000) => fault/}", 4, "must be separated by `:`", "  ask p: read(0x100000) => fault"),
    ("program p \"\"\"/int main() { return 0; }/\"\"\"/question \"Q\" {/  ask output of p/}", 5, "a fact of its run", "  ask run p => output"),
    ("question \"Q\" {/  reference [1, 2, 3, 1] { frames 2, replacement lru }/  ask reference => faults/}", 3, "are those of `last`", "  ask last => faults"),
    ("question \"Q\" {/  choose a, b in 10..16/  ask \"n\" = a + b/}", 2, "`choose b in 10..16` below it", ""),
    ("exam { title \"E\", pool \"P\" [\"A\", \"B\"] pick 1 }/question \"A\" { ask \"n\" = 1 }/question \"B\" { ask \"n\" = 2 }", 1, "after their number", "exam { title \"E\", pool \"P\" pick 1 of [\"A\", \"B\"] }"),
    ("exam { title \"E\", layout compact }/question \"A\" { ask \"n\" = 1 }", 1, "", "exam { title \"E\", layout continuous }"),
    ("seed random", 1, "each version has a seed of its own", ""),
    ("machine A = simple/read 0x100", 1, "it has no name", "machine simple"),
    ("question \"Q\" {/  essay \"Why?\" points 4 lines 5/}", 2, "room for an answer", "  essay \"Why?\" points 4 space 5 lines"),
    ("question \"Q\" {/  essay \"Why?\" points 4 space 5/}", 2, "write `mm`, `cm`, or `lines` after the number", "  essay \"Why?\" points 4 space 5 cm"),
    ("reference [1 2 3 1] frames 3 lru", 1, "in brackets with commas", ""),
    ("reference 1 2 3 1 lru 3", 1, "", "reference 1 2 3 1 { frames 3, replacement lru }"),
    ("machine core-i7/set page_directory {/  | vpn ppn |/  | 10 3 |/}", 2, "the tables of all levels from `page_table`", ""),
    ("machine core-i7 { cores 1 }/set page_table {/  | vpn1 vpn2 ppn |/  | 10 3 1 |/}", 3, "the whole virtual page number", ""),
    ("machine core-i7/process P/P: let p = mmap(0x1000, 64, \"rw-p\")", 3, "C's flags", "P: let p = mmap(0x1000, 64, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)"),
    ("machine core-i7/process P/P: let p = mmap(NULL, 64, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)/P: mprotect(p, 64, r--)", 4, "C's constant", "P: mprotect(p, 64, PROT_READ)"),
    ("machine simple/let pa = translate 0x3D4", 2, "a fact of the last operation", "translate 0x3D4; let pa = last.pa"),
    ("machine simple/expect page_table[0x0F].dirty == 1", 2, "checked by a table", "expect page_table { | vpn d |; | 0F 01 | }"),
    ("machine { physical 16 bits, cache 1 KB 2-way 16 B }", 1, "", "machine { physical 16 bits, cache { size 1 KB, ways 2, block 16 B } }"),
    ("question \"Q\" {/  choice \"Which?\" { =frame ~set ~block }/}", 2, "an option must be `correct", "  choice \"Which?\" { correct \"frame\", wrong \"set\", wrong \"block\" }"),
    ("question \"Q\" {/  choice \"Which?\" {/    [x] \"frame\"/    [ ] \"set\"/  }/}", 3, "has the word `correct`", "    correct \"frame\""),
    ("machine simple/read 0x3D4 => VPN: 0x0F, TLBI: 3", 2, "", "read 0x3D4 => vpn 0x0F, tlbi 3"),
    ("machine { virtual 14 bits, physical 12 bits, page 64 B, page_table { levels 2, bits 4 4, cr3 0x100 } }", 1, "write `set cr3 = 0x100`", ""),
    ("machine core-i7 { cores 1, cache L3 off }", 1, "`none` leaves this part out", "machine core-i7 { cores 1, cache L3 none }"),
    ("machine simple/translate 00 0011 1101 0100 => vpn 0x0F", 2, "", "translate 0b00_0011_1101_0100 => vpn 0x0F"),
    ("machine core-i7/read 0x1000 => exception 14", 2, "is the page fault", "read 0x1000 => fault page"),
    ("machine simple/def vpn_of(va) = va >> 6", 2, "has no value", ""),
    ("reference 1 2 3 1 { frames 3 } => faults 3, frames 1 2 3", 1, "write `resident [2, 3, 4]`", ""),
    ("machine core-i7/process p/process c = p.fork()", 3, "names the process that it forks", "p: let c = fork()"),
    ("machine core-i7/process p/process c = p.exec()", 3, "", ""),
    ("machine { physical 16 bits, cache { size 64 B, block 16 B } }/program p \"\"\"/int a[4];/int f() { return a[1]; }/int main() { return 0; }/\"\"\"/replay p.f() => cache.misses 1", 7, "must follow `call`", "replay p call f => cache.misses 1"),
    ("machine { physical 16 bits, cache { size 64 B, block 16 B } }/program p \"\"\"/int a[4];/int main() { return a[1]; }/\"\"\"/replay p => evictions 0", 6, "belong to a TLB or cache", "replay p => cache.evictions 0"),
    ("question (4 points) \"Q\" {/  ask \"n\" = 1/}", 1, "points follow the title", "question \"Q\" points 4 {"),
    ("machine simple/question \"Q\" {/  ask[2] translate 0x3D4 => vpn/}", 3, "points follow the facts", "  ask translate 0x3D4 => vpn points 2"),
    ("question \"Q\" {/  ask \"n\" = 1/  feedback \"It is one.\"/}", 3, "is a `solution`", "  solution \"It is one.\""),
    ("machine core-i7/process P/P: let p = mmap(NULL, 64, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)/question \"Q\" {/  ask P: write p = 2 => cow/}", 5, "`copy-on-write`", "  ask P: write p = 2 => fault"),
    ("program p \"\"\"/int main() { return 0; }/\"\"\"/question \"Q\" {/  ask p => output/}", 5, "a fact of its run", "  ask run p => output"),
    ("question \"Q\" { part \"a\" {/  subpart \"i\" {/    ask \"n\" = 1/  } }/}", 2, "cannot contain another part", ""),
    ("question \"Q\" {/  subquestion \"a\" {/    ask \"n\" = 1/  }/}", 2, "begins with `part`", ""),
    ("question \"Q\" {/  ask \"n\" = 256 format hex/}", 2, "the radix of an answer", "  ask \"n\" = 256 radix hex"),
    ("question \"Q\" machine core-i7 points 4 {/  ask \"n\" = 1/}", 1, "write `machine core-i7` above", ""),
    ("machine core-i7/process P/question \"Q\" {/  ask P: *0x100000/}", 4, "ask for a `read`", "  ask P: read 0x100000 => byte"),
    ("question \"Q\" {/  ask \"Time\" = amat(1, 0.05, 100) unit ns/}", 2, "write the formula", ""),
    ("machine simple/question \"Q\" {/  ask \"Rate\" = cache.miss_rate unit %/}", 3, "multiplied by 100", "  ask \"Rate\" = cache.miss_rate * 100 unit \"%\""),
    ("machine simple/question \"Q\" {/  given tlb { | set | tag ppn v |; | 0 | 02 13 1 | }/  ask \"n\" = 1/}", 3, "which `set` fills in", ""),
    ("machine simple/question \"Q\" {/  ask cache.miss_rate/}", 3, "has a label", "  ask \"Value\" = cache.miss_rate"),
    ("machine core-i7/set pte[1][1] = 0x20", 2, "at its level and physical address", ""),
    ("machine core-i7/set pte 4 0x2008 { ppn 0x33, RW 0 }", 2, "did you mean `rw`?", "set pte 4 0x2008 { ppn 0x33, rw 0 }"),
    ("machine simple/read int at 0x3D4 => 0x1DF07236", 2, "its size follows", "read 0x3D4 size 4 => value 0x1DF07236"),
    ("machine simple/read 0x3D4 => 0x36", 2, "the fact `byte`", "read 0x3D4 => byte 0x36"),
    ("machine simple/probe {/  read 0x3D4 => tlb miss/}", 2, "`probe` takes one access", ""),
    ("let a = [0x3C0 + 4 * i for i in 0..4]", 1, "write `let a = []`, and then `for i in 0..4 { let a = [a, 0x3C0 + 4 * i] }`", ""),
    ("machine core-i7/process P/P: exec(\"prog\", \"-x\")", 3, "with `execve`", "P: execve(\"prog\")"),
    ("question \"Q\" {/  ask \"Size\" = 4096 in KB points 5/}", 2, "a unit follows `unit`", "  ask \"Size\" = 4096 / 1 KB unit KB points 5"),
    ("question \"Q\" {/  truefalse \"A page is a block.\" = false points 5/}", 2, "", "  choice \"A page is a block.\" points 5 { wrong \"true\"; correct \"false\" }"),
    ("question \"Q\" {/  choose a, b in 0..9 where a < b/  ask \"n\" = a + b/}", 2, "`choose b in 0..9 where a < b` below it", ""),
    ("machine simple/assert read 0x3D4 => vpn 0x0F, tlb miss", 2, "a statement of their own", "read 0x3D4 => vpn 0x0F, tlb miss"),
    ("machine core-i7/process C/question \"Q\" {/  ask in C write 0x1000 = 5 => fault/}", 4, "the process precedes", "  ask C: write 0x1000 = 5 => fault"),
    ("question \"Q\" {/  numeric \"Size\" = 512/}", 2, "is an `ask`", "  ask \"Size\" = 512"),
    ("question \"Q\" {/  ask \"Time\" = 190 ns digits 2/}", 2, "must follow `round`", "  ask \"Time\" = 190 ns round 2"),
    // A condition is a path, a comparison, and a value.
    ("machine simple/read 0x03D4/expect tlb hits 0, tlb misses 1", 3, "which `and` joins", "expect tlb.hits == 0 and tlb.misses == 1"),
    ("machine simple/read 0x03D4/expect tlb.hits = 0, tlb.misses = 1", 3, "which `and` joins", "expect tlb.hits == 0 and tlb.misses == 1"),
    ("machine simple/kernel { frames 4 }/process P1 { }/expect P1 faults minor 0", 4, "checks a condition", "expect P1.faults.minor == 0"),
    ("machine simple/kernel { frames 4 }/expect frames used 2", 3, "checks a condition", "expect frames.used == 2"),
    // The first row of a table on one line ends with its last name.
    ("machine simple/expect cache { | idx | tag v | 5 | 0D 1 | }", 2, "on a separate line or end with `;`", "expect cache {"),
    // Arguments of programs, and areas of processes.
    ("machine simple/kernel { frames 8 }/process P/P: execve(\"ls\", argv, envp)", 4, "gets no arguments", "P: execve(\"ls\", NULL, NULL)"),
    ("machine simple/kernel { frames 8 }/process P/P: execl(\"ls\", \"ls\", NULL)", 4, "gets no arguments", "P: execve(\"ls\", NULL, NULL)"),
    ("machine simple/kernel { frames 8 }/process P {/  | area | start | size | perms |/  | heap | 1000 | 200 | rw-p |/}", 4, "write the column `end`", ""),
    ("machine simple/kernel { frames 8 }/process P {/  | area | start | end | perms | backing |/  | heap | 1000 | 1200 | rw-p | anon |/}", 5, "write `anonymous`", "  | heap | 1000 | 1200 | rw-p | anonymous |"),
    // Blanks in the words of a worksheet.
    ("machine simple/question \"Q\" points 2 { ask read 0x28F => CO, cache hit?, byte returned }", 2, "a fact without a value is a blank", "question \"Q\" points 2 { ask read 0x28F => co, cache, byte }"),
    ("machine simple/question \"Q\" points 2 { ask read 0x28F => tlb hit?, page fault, ppn }", 2, "a fact without a value is a blank", "question \"Q\" points 2 { ask read 0x28F => tlb, fault, ppn }"),
    ("machine simple/question \"Q\" points 2 { ask read 0x28F => set index, byte offset, cache tag }", 2, "use the fact `ci`", "question \"Q\" points 2 { ask read 0x28F => ci, co, ct }"),
    ("question \"Q\" points 2 { ask \"Rate\" = 0.25 decimals 2 }", 1, "counts significant digits", ""),
    ("question \"Q\" points 2 { ask \"Start\" = 0x0A << 6 hex 4 }", 1, "an argument of `hex`", "question \"Q\" points 2 { ask \"Start\" = hex(0x0A << 6, 4) }"),
    ("program p \"\"\"/int main() { return 0; }/\"\"\"/question \"Q\" points 2 {/  ask \"What?\" = p.output/}", 5, "asked with `ask outputs`", "  ask outputs p as \"What?\" => all"),
    ("program p \"\"\"/int main() { return 0; }/\"\"\"/question \"Q\" points 2 {/  ask outputs p/}", 5, "lists the facts", "  ask outputs p => all"),
    ("program p \"\"\"/int main() { return 0; }/\"\"\"/question \"Q\" points 2 {/  given p/  ask \"n\" = 1/}", 5, "prints the text of a program", "  given program p"),
    ("machine simple/question \"Q\" points 2 { choose va in 0..64 where translate va => not fault; ask translate va => vpn }", 2, "the fact `fault` is `none`", "question \"Q\" points 2 { choose va in 0..64 where translate va => fault none; ask translate va => vpn }"),
    // A unit of a name.
    ("let k = 4/show k KB", 2, "a unit must follow a number", "show k * 1 KB"),
    ("let k = 4/show (k + 1) KB", 2, "a unit must follow a number", "show (k + 1) * 1 KB"),
    ("let k = 4/show 8192 % k KB", 2, "a unit must follow a number", "show 8192 % (k * 1 KB)"),
    // A reference string with its settings first.
    ("reference lru frames 3: 1 2 3 4 => faults 4", 1, "write the pages first", "reference 1 2 3 4 { replacement lru, frames 3 } => faults 4"),
    ("reference lru 3 frames: 1 2 3 4", 1, "write the pages first", "reference 1 2 3 4 { frames 3, replacement lru }"),
    ("reference \"1, 2, 3, 4\" policy lru frames 3", 1, "write the pages first", "reference 1 2 3 4 { replacement lru, frames 3 }"),
    ("machine simple/question \"Q\" points 2 {/  reference 1 2 { frames 3 }/  ask \"Faults\" = reference.faults/}", 4, "those of `last`", "  ask last as \"Faults\" => faults"),
    ("question \"Q\" points 2 {/  reference 1 2 { frames 3 }/  ask reference columns page hit marks per row/}", 3, "`by row` or `by column`", "  ask reference columns page hit marks by row"),
    // Of two values, only the author knows which one is superfluous.
    ("let before = 3/expect 33 == before 33 * 4 KB", 2, "takes no other value", ""),
    ("scenario \"x\" {/  choose a in 11 11..70/}", 2, "remove `11`", "  choose a in 11..70"),
    // Words of other systems, by their scripts.
    ("machine { virtual 32 bits, physical 30 bits, page 4 KB, page_table { levels 2, entries 1024 } }", 1, "`bits 10 10`", ""),
    ("machine core-i7/process P/let child = fork()/kill -9 child", 4, "processes send no signals", "child: exit(9)"),
    ("program hello \"\"\"/int main(void) { return 0; }/\"\"\"/machine core-i7/process P/P: execve hello", 6, "`run` runs a program in C", "P: run hello"),
    ("program crash \"\"\"/int main(void) { int *p = 0; *p = 1; return 0; }/\"\"\"/machine core-i7/run crash => segfault", 5, "has the fact `signal`", "run crash => signal SIGSEGV"),
    ("program \"\"\"/int main(void) {/  return 0;/}/\"\"\"", 1, "the name of the program is missing", "program p \"\"\""),
    ("machine simple/replay 0x000 0x004 0x040 => cache.hits 1", 2, "in a file", ""),
    ("machine simple/question \"Q\" points 4 {/  choose va in 0..64 where va > 3 && translate va => fault page/  ask translate va => vpn/}", 3, "a condition of its own", "  choose va in 0..64 where va > 3 where translate va => fault page"),
    ("question \"Q\" points 4 {/  let pages = sample(1..6, 8)/  ask \"n\" = 1/}", 2, "grows in a loop", ""),
    ("question \"Q\" points 4 {/  text \"\"\"\\textbf{Count} the bits.\"\"\"/  ask \"n\" = 1/}", 2, "a text is not LaTeX", "  text \"\"\"Count the bits.\"\"\""),
    ("machine simple/question \"Q\" points 4 {/  show page_table, tlb/  ask read 0x029D => vpn/}", 3, "`given` prints contents", "  given page_table, tlb"),
    ("question \"Q\" points 4 {/  reference 7 0 1 { frames 3 }/  ask reference => page_faults/}", 3, "those of `last`", "  ask last => faults"),
    // Letters and notations of textbooks and manuals.
    ("machine { physical 12 bits, cache { s 4, ways 1, block 4 } }", 1, "`cache` has no setting `s`", "machine { physical 12 bits, cache { sets 16, ways 1, block 4 } }"),
    ("machine { n = 14, m = 12, p = 6 }", 1, "a name followed by its value", "machine { virtual 14, physical 12, page 64 }"),
    ("machine { virtual 16 bits, physical 16 bits, page 256 B, page_table { levels 2, bits 4, 4 } }", 1, "a name followed by its value", "machine { virtual 16 bits, physical 16 bits, page 256 B, page_table { levels 2, bits 4 4 } }"),
    ("machine core-i7/set pte 1 0x1000 { ppn 2, P=1, RW=0 }", 2, "a name followed by its value", "set pte 1 0x1000 { ppn 2, p 1, rw 0 }"),
    ("machine core-i7/set pte 1 0x1000 = 0x2000 | P | W", 2, "fields in braces", "set pte 1 0x1000 = 0x2000 | 3"),
    ("machine simple/set cache {/  Idx Tag Valid Blk0 Blk1 Blk2 Blk3/  0 19 1 99 11 23 11/}", 3, "in lowercase", "  idx tag v b0 b1 b2 b3"),
    ("machine simple/question \"Q\" points 3 { ask read 0x3D4 => hit, tag }", 2, "write `tlb` or `cache`", ""),
    ("machine { physical 12 bits, cache { sets 4, ways 1, block 4 B } }/question \"Q\" points 3 { ask read 0x3D4 => ci, tag, hit }", 2, "did you mean `ct`?", "question \"Q\" points 3 { ask read 0x3D4 => ci, ct, hit }"),
    ("let va = 0x3D4/printf(\"%x\", va)", 2, "shows a number in hexadecimal", "show hex(va)"),
    ("let n = 3/let x = n > 2 ? 1 : 2", 2, "no conditional expression", "let x = 2; if n > 2 { let x = 1 }"),
    // Forms of exams and tests.
    ("machine simple/question \"Q\" points 2 {/  part points 2 { ask translate 0x029D => vpn }/}", 3, "the title of a part", "  part \"a\" points 2 { ask translate 0x029D => vpn }"),
    ("machine simple/read 0x03D4/expect tlb miss, fault page", 3, "an expectation after `expect` is a condition", "expect last.tlb == \"miss\" and last.fault == \"page\""),
    ("machine simple/read 0x03D4 => exactly vpn 0x0F, ppn 0x0D", 2, "so an access has no `exactly`", ""),
    ("machine simple/expect translate {/  | va | vpn |/  | 0x03D4 | 0x0F |/}", 2, "each access has its own statement", ""),
    ("machine simple/question \"Q\" points 2 {/  choose va in 0..64 where not translate va => fault page/  ask translate va => vpn/}", 3, "expects a fact", "  choose va in 0..64 where translate va => fault none"),
    ("question \"Q\" points 2 {/  let refs = [7, 0, 1]/  ask reference refs policy LRU frames 3 => faults/}", 3, "above the `ask`", ""),
    ("machine {/  physical 32 bits/  icache { size 32 KB, block 64 B, ways 8 }/}", 3, "limits a cache to one kind", "  cache icache { size 32 KB, block 64 B, ways 8, for instructions }"),
    ("reference 1 2 3 { cachesize 3, replacement fifo }", 1, "no setting `cachesize`", "reference 1 2 3 { frames 3, replacement fifo }"),
    ("question \"Q\" points 2 {/  choose pages in shuffle([1, 2, 3])/  ask \"n\" = pages[0]/}", 2, "list the orders", ""),
    ("machine {/  virtual 14 bits, physical 12 bits, page 64 B/  page_table {/    | vpn ppn |/    | 0F 0D |/  }/}", 4, "a table is not allowed in `page_table` here", ""),
    ("machine simple { tlb none }/read 0x3D4 => hit", 2, "write `cache hit`", "read 0x3D4 => cache hit"),
    ("machine { cache { size 1 KB with } }", 1, "`with` is not a unit", ""),
    ("reference 1 2 3 1 => faults 3  frames 3 checks }", 1, "a comma is missing between two facts", ""),
    ("machine simple/kernel { frames 8 }/process p/p mmap 0x1000 size 4096 => addr 0x1000", 4, "a process and its statement must be separated by `:`", ""),
    ("machine simple/kernel { frames 8 }/process p/p foo 3", 4, "a process and its statement must be separated by `:`", ""),
    ("machine simple/kernel { frames 8 }/process p/p fork", 4, "a process and its call are separated by `:`, and the call has parentheses", "p: fork()"),
    ("machine simple/for row in [(1, 2), (3, 4)] { read row[0] }", 2, "a list must be in square brackets", "for row in [[1, 2], [3, 4]] { read row[0] }"),
    ("machine simple/let xs = (1, 2, 3)", 2, "a list must be in square brackets", "let xs = [1, 2, 3]"),
    ("machine simple/show(\"misses\", tlb.misses)", 2, "`show` prints a value", "show tlb.misses"),
    ("machine simple/set page_table = { 0x0F: 0x0D, 0x10: 0x0E }", 2, "contents must be a table: a row of column names, then one row per entry", "set page_table { | vpn ppn |; | 0F 0D |; | 10 0E | }"),
    ("process P1 P2", 1, "each process needs a separate `process` statement", "process P1; process P2"),
    ("machine simple/process P1 {/| area start end perms backing |/| heap 1000 1100 rw-p [heap] |/}", 4, "there is no file `[heap]`", "| heap 1000 1100 rw-p anonymous |"),
    ("kernel { frames 8 }/process P1/P1: write(1, \"hello\\n\")", 3, "C's `write` takes a file descriptor, a buffer, and the number of bytes", "P1: write(1, \"hello\\n\", len(\"hello\\n\"))"),
    ("file data.txt = \"hello, world\\n\"", 1, "the name of a file is in quotes, and its contents follow `=`", "file \"data.txt\" = \"hello, world\\n\""),
    ("kernel { frames 8 }/process P1/P1: exec a.out", 3, "a program is loaded with `execve` and the name of an `executable`", "P1: execve(\"a.out\")"),
    ("question \"Q\" { ask \"Page size\" = 2 ** 12 bytes }", 1, "a unit follows `unit`", "question \"Q\" { ask \"Page size\" = 2 ** 12 unit bytes }"),
    ("question \"Q\" { choose va where va % 4 == 0 in 0..0x4000; ask \"va\" = va }", 1, "the values to draw from must come before `where`", "question \"Q\" { choose va in 0..0x4000 where va % 4 == 0; ask \"va\" = va }"),
    ("question \"Q\" { choice \"Which?\" {/choice \"FIFO\"/correct \"LRU\" } }", 2, "`choice` has no setting `choice`", "wrong \"FIFO\""),
    ("question \"Q\" { essay \"Why?\" { rubric +2 \"the VPN\" } }", 1, "each criterion is a `rubric`, with its points", "question \"Q\" { essay \"Why?\" { rubric \"the VPN\" points 2 } }"),
    ("exam \"Midterm 2\" { duration 90 min }", 1, "the title of an exam is a setting", "exam { title \"Midterm 2\", duration 90 min }"),
    ("question \"Q\" { table \"Fill\" {/| address VPN |/| 0x03D4 ? |/} }", 2, "a table with blanks is written without `|`", ""),
    ("question \"Q\" { ask \"Faults\" = fifo([1, 2], 3) }", 1, "the faults of a policy are a fact of `reference`", ""),
    ("reference 1, 2, 3, 1 with 3 frames { replacement fifo } => faults 3", 1, "the number of frames is missing", "reference 1 2 3 1 { frames 3, replacement fifo } => faults 3"),
    ("machine { cache { sets 4, ways 2, block 4, replacement pseudo-lru } }", 1, "`cache` has no setting `replacement`", "machine { cache { sets 4, ways 2, block 4, policy plru } }"),
    ("machine simple/read 0x3d4 => hit rate 54.5%", 2, "one access has no rate; the rate of a cache is that of all accesses so far", ""),
    ("machine simple/set cache {/  | 5 | 0D 1 | 36 72 F0 1D |/}", 3, "write `| idx tag v b0 b1 b2 b3 |` above this row", ""),
    ("machine { physical 16 bits, cache L1 { sets 16, ways 1, block 16 B } }/read 0x1010 => L1.set 1", 2, "did you mean `L1.index`?", "read 0x1010 => L1.index 1"),
    ("machine { physical 16 bits, cache { sets 16, ways 1, block 16 B } }/read 0x110 => cache miss, eviction", 2, "`cache.victim` is the tag of the block that it evicts", ""),
    ("machine { physical 16 bits, cache { sets 16, ways 1, block 16 B } }/read 0x10 => cache miss, dirty_eviction 1", 2, "`cache.evictions` and `cache.writebacks` count them", ""),
    ("machine { physical 32 bits, cache { sets 16, ways 1, block 16 B } }/replay -v -s 4 -E 1 -b 4 -t \"a.trace\"", 2, "the geometry of a cache is a part of the machine", ""),
    ("machine { physical 32 bits, cache { -s 4 -E 1 -b 4 } }", 1, "a setting is a name followed by its value", "machine { physical 32 bits, cache { sets 16, ways 1, block 16 } }"),
    ("machine { physical 12 bits, cache { sets 4, ways 2, block 4 B } }/set cache {/  | idx | way | tag v |/  | 1 | 0 | 0D 1 |/}", 3, "with its ways side by side: `| idx | tag v | tag v |`", ""),
    ("machine { physical 12 bits, cache { sets 4, ways 2, block 4 B } }/set cache {/  | idx | tag v |/  | 1 | 0D 1 |/  | 1 | 0E 1 |/}", 5, "with its ways side by side: `| idx | tag v | tag v |`", ""),
    ("machine simple/set cache[5] = { tag: 0x0D, valid: 1 }", 2, "`set cache { | idx tag v b0 b1 b2 b3 |; | 5 0D 1 36 72 F0 1D | }`", ""),
    ("machine { physical 16 bits, cache L1 { sets 16, ways 1, block 16 B } }/split 0x0114 => ct 1, ci 1, co 4", 2, "the parts of an address are facts of an access", "probe 0x0114 => ct 1, ci 1, co 4"),
    ("machine { physical 16 bits, cache { sets 16, ways 1, block 16 B } }/expect misses(cache) == 7", 2, "a counter must follow the name of its TLB or cache", "expect cache.misses == 7"),
    ("machine { physical 16 bits, cache { sets 16, ways 1, block 16 B } }/for i in 0..4, j in 0..4 { read 16 * i + 4 * j }", 2, "a loop has one variable, and loops can be nested", "for i in 0..4 { for j in 0..4 { read 16 * i + 4 * j } }"),
    ("machine { physical 16 bits, cache { size 64 B, block 16 B } }/program sums \"\"\"/  int a[8];/  void rows(int n) { a[n] = 0; }/\"\"\"/replay sums.rows(4) => accesses 1", 6, "the function to run must follow `call`", "replay sums call rows(4) => accesses 1"),
    ("machine simple/question \"Q\" points 4 { ask translate 0x3D4 => vpn (2), tlbi (1), tlbt (1) }", 2, "each weight needs an `ask` of its own", "question \"Q\" points 4 { ask translate 0x3D4 => vpn points 2; ask last => tlbi points 1; ask last => tlbt points 1 }"),
    ("machine { virtual 32 bits, physical 30 bits, page 4 KB, page_table { levels 2, bits 10 10 } }/question \"Q\" points 2 { ask translate 4096 => vpn[1], vpn[2] }", 2, "the level of a page table is a part of the fact's name", "question \"Q\" points 2 { ask translate 4096 => vpn1, vpn2 }"),
    ("question \"LRU\" { ask reference 1 2 3 4 1 2 5 using lru with 3 frames => faults }", 1, "write the pages first, then the settings in braces", "question \"LRU\" { ask reference 1 2 3 4 1 2 5 { replacement lru, frames 3 } => faults }"),
    ("question \"LRU\" { ask reference 1 2 3 1 { frames = 3, replacement lru } => faults }", 1, "write a setting's value after its name", "question \"LRU\" { ask reference 1 2 3 1 { frames 3, replacement lru } => faults }"),
    ("machine simple { tlb none, cache none }/process P1/P1: if (fork() == 0) write 0x100 = 'b'", 3, "a statement names its process, so no condition tells parent and child apart", "P1: let child = fork(); child: write 0x100 = 'b'"),
    ("machine simple { tlb none, cache none }/file \"poem.txt\" = \"to be\"/process P1/P1: let p = mmap(NULL, 64, PROT_READ, MAP_SHARED, poem.txt, 0)", 4, "`open` returns its descriptor", ""),
    ("machine simple/set page_table {/  vpn & ppn & v \\\\\\\\/  0F & 0D & 1 \\\\\\\\/}", 2, "the cells of a row are between `|`", "  | vpn ppn v |"),
    ("machine { physical 16 bits, cache { size 1 KB, block 16 B } }/question \"Loop\" {/  program sum ```c/    int main(void) { return 0; }/  ```/  ask replay sum => accesses/}", 3, "a text of several lines is in three double quotes", "  program sum \"\"\""),
    ("machine simple/question \"Q\" { program sum \"\"\"/  int main(void) { return 0; }/\"\"\"/given machine program sum/ask \"x\" = 1 }", 5, "what `given` prints is separated by commas", "given machine, program sum"),
    ("machine {/  physical 16 bits/  cache { sets 4, ways 2, block 16 B, latency 4 }/  memory 100 cycles/}", 4, "the latency of memory is a setting in braces", "  memory { latency 100 cycles }"),
    ("machine { physical 16 bits, cache { sets 4, ways 1, block 16 B } }/read 0x110 => tag 0x4, cache miss", 2, "did you mean `ct`?", "read 0x110 => ct 0x4, cache miss"),
    ("machine { physical 16 bits, cache { sets 4, ways 1, block 16 B } }/write 0x10 = 5 => dirty 1", 2, "`expect cache { | idx tag v d |; | 5 0D 1 1 | }`", ""),
    ("machine {/  physical 16 bits/  cache L1i { sets 4, ways 1, block 16 B, instructions only }/}", 3, "no setting `instructions`", "  cache L1i { sets 4, ways 1, block 16 B, for instructions }"),
    ("machine { physical 16 bits, cache { sets 4, ways 1, block 16 B } }/read 0x10/expect misses == 1", 3, "a counter must follow the name of its TLB or cache", "expect cache.misses == 1"),
    ("machine simple/read 0x10/expect misses == 1", 3, "write `tlb.misses` or `cache.misses`", ""),
    ("machine { physical 12 bits, cache { sets 4, ways 2, block 4 B } }/set cache {/  | idx | tag v |/  | 1 | 0D 1 | 0E 1 |/}", 4, "the header repeats the columns after the first one", ""),
    ("machine { physical 16 bits, cache { sets 4, ways 1, block 16 B } }/expect mem.latency == 54", 2, "did you mean `memory`?", "expect memory.latency == 54"),
    ("machine { physical 16 bits, cache L1 { sets 4, ways 1, block 16 B } }/read 0x10 => L1 miss, memory hit", 2, "the fact `served` is the cache or memory that has the data", "read 0x10 => L1 miss, served memory"),
    ("machine simple/kernel { frames 8 }/process p/question \"Q\" { ask p: malloc(8) => address }", 4, "what a system call returns is the fact `returns`", "question \"Q\" { ask p: malloc(8) => returns }"),
    ("question \"Q\" { choose refs in random.choices([1, 2], 8) }", 1, "a random list grows in a loop", ""),
    ("question \"Q\" { ask \"Size\" = math.ceil(12 * 5) }", 1, "a function has no module before its name", "question \"Q\" { ask \"Size\" = ceil(12 * 5) }"),
    ("question \"Q\" {/  choose n in [64, 128]/  program sum \"\"\"/  int a[n];/  int main(void) { return a[0]; }/\"\"\"/}", 4, "`n` is a variable of the script: write `#define N 64` in the text", ""),
    ("machine simple/question \"Q\" {/  ask translate 0x29D => vpn, vpo/}/solution \"Because.\"", 5, "move it above the `}` in line 4", ""),
    ("question \"Q\" { ask \"Size\" == 2 ** 8 * 2 unit B }", 1, "the answer follows a single `=`", "question \"Q\" { ask \"Size\" = 2 ** 8 * 2 unit B }"),
    ("machine simple/question \"Q\" { ask any x in 0..0x400 such that read x => fault page }", 2, "students find a value that meets a condition", "question \"Q\" { ask x in 0..0x400 where read x => fault page }"),
    ("machine simple/question \"Q\" { choose va in 0..64; given machine, figure bits va; ask translate va => vpn }", 2, "a figure is a statement of its own", "question \"Q\" { choose va in 0..64; given machine; figure bits va; ask translate va => vpn }"),
    ("machine simple/question \"Q\" {/  choose a != b in 0x280..0x300/  ask translate a => vpn/}", 3, "below it `choose b in 0x280..0x300 where b != a`", ""),
    ("machine { physical 32 bits, cache { sets 16, ways 1, block 16 B } }/program p \"\"\"/int a[4];/int f(int n) { return a[n]; }/\"\"\"/replay p call f 3 => accesses 1", 6, "the arguments of a function are in parentheses", "replay p call f(3) => accesses 1"),
    ("machine { physical 16 bits, cache { sets 4, ways 1, block 16 B } }/read 0x10 => cache miss eviction", 2, "the tag of the block that an access evicts is the fact `cache.victim`", "read 0x10 => cache miss, cache.victim not -"),
    ("machine simple/choose x where x in 0..4", 2, "must come before `where`", "choose x in 0..4"),
    ("machine simple/read(0x03D4) => paddr 0x354", 2, "use the fact `pa`", "read(0x03D4) => pa 0x354"),
    ("process P1 runs prog", 1, "`process` does not accept the word `runs`", ""),
    ("let n = 4/program p \"\"\"/void f(int *n) { n.x = 3; }/\"\"\"", 3, "`.` needs a struct", ""),
    ("machine simple/set page_table { | vpn ppn v |/| 0F 0D 1 10 0E 1 | }", 3, "the header repeats all columns", ""),
    ("machine { physical 12 bits, cache { lines 8, set 4, block 16 B } }", 1, "the setting is `sets`", ""),
    ("machine { physical 12 bits, cache { sets 4, ways 2, block 16 B } }/expect misses < 5", 2, "a counter must follow the name of its TLB or cache", "expect cache.misses < 5"),
    ("machine simple/process P/let before = 3/expect P.vsize ==", 4, "the line ends too early: a value is missing", ""),
    ("machine simple { tlb none, cache none }/process P/expect frames.used == 2 P.rss == 4 KB and 1 == 1", 3, "`expect` takes no other value here", "expect frames.used == 2 and P.rss == 4 KB and 1 == 1"),
    ("machine ", 1, "a machine needs its name or its settings", "machine simple "),
    ("machine simple { tlb none, cache none }/read 0x10 tlb none", 2, "facts must follow `=>`", "read 0x10 => tlb none"),
    ("machine simple/let a x = 3/expect x == 3", 2, "`x` does not belong here: `=` is missing", "let x = 3"),
    ("machine simple/let rows = [[1, 2], [3, 4]]/expect B[1] == [3, 4]", 3, "no variable is called `B` here", ""),
    ("machine simple/process P/P: let a = mmap(NULL, 4 KB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS MAP_FIXED, -1, 0)", 3, "`MAP_FIXED` does not belong here", "P: let a = mmap(NULL, 4 KB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)"),
    ("machine simple/question \"A\" points 2 {/  page_table/  ask read 0x3D4 => vpn/}", 3, "on a paper, `given` prints contents", "  given page_table"),
    ("machine simple/let x = 3/question \"n\" points 2 {/  text \"\"\"Value {hex(x}) and more {x}.\"\"\"/  ask \"m\" = 3/}", 4, "this `(` is never closed", "  text \"\"\"Value {hex(x)} and more {x}.\"\"\""),
    ("machine simple/let a = [1, 2]/expect len(a == 2", 3, "this `(` is never closed", "expect len(a) == 2"),
    ("machine simple/read 0x3D4 => vpn in [15, 3], vpn not ]", 2, "the line ends too early: a value is missing", ""),
    ("machine { virtual 48 bits, physical 40 bits, page 4 KB, page_table { levels 4, bits 9 } }", 1, "`levels` and `bits` do not agree", "machine { virtual 48 bits, physical 40 bits, page 4 KB, page_table { levels 4, bits 9 9 9 9 } }"),
    ("machine { virtual 48 bits, physical 40 bits, page 4 KB, page_table { levels 4 of 9 bits each } }", 1, "the levels of a page table are settings of its own", "machine { virtual 48 bits, physical 40 bits, page 4 KB, page_table { levels 4, bits 9 9 9 9 } }"),
    ("program \"rows\" \"\"\"/int main() { return 0; }/\"\"\"/run rows", 1, "the name of a program is a word without quotes", "program rows \"\"\""),
    ("machine { physical 16 bits, cache { size 64 B, block 16 B, direct-mapped } }/read 0x0024 => index 2, co 4", 2, "did you mean `ci`?", "read 0x0024 => ci 2, co 4"),
    ("machine simple/read 0x0024 => index 2, tlb miss", 2, "write `tlbi` for the TLB, or `ci` for the cache", ""),
    ("reference 1 2 3 4 1 2 5 { ways 3, replacement lru } => faults 7", 1, "`reference` has no setting `ways`", "reference 1 2 3 4 1 2 5 { frames 3, replacement lru } => faults 7"),
    ("machine simple/question \"Bits\" points 4 {/  \\part[2] { ask translate 0x03D4 => vpn, vpo }/}", 3, "LaTeX's commands have no meaning here; a part is a block", "  part \"a\" points 2 { ask translate 0x03D4 => vpn, vpo }"),
    ("question \"Fork\" points 2 {/  program twice \"\"\"int main(void) { fork(); printf(\"x\"); return 0; }\"\"\"/  ask output twice/}", 3, "the output of a program is a fact of its run", "  ask run twice => output"),
    ("machine simple/process P1/P1: ksm_scan()", 3, "equal pages are merged by `ksm scan`", "P1: ksm scan"),
    ("machine simple/question \"Bits\" points 2 {/  choose va in [0, 0x300)/  ask translate va => vpn, vpo/}", 3, "a range is written with `..`", "  choose va in 0..0x300"),
    ("machine { virtual 16 bits, physical 16 bits, page 256 B, page_table { levels 2, bits 4 4, pte 4 B } }/set pte 2 0x2008 { .ppn = 0x33, .rw = 1 }", 2, "a setting is a name and its value, without `.` and `=`", "set pte 2 0x2008 { ppn 0x33, rw 1 }"),
    ("machine { virtual 16 bits, physical 16 bits, page 256 B, page_table { levels 2, bits 4 4, pte 4 B } }/set cr3 = 0x1000/read 0 => pte1 2", 3, "its facts are `pte1.address` and `pte1.value`", ""),
    ("machine simple/question \"Bits\" points 2 {/  part \"a\" \"Split the address.\" { ask translate 0x03D4 => vpn, vpo }/}", 3, "the text of a question or part is a statement in its block", "  part \"a\" { text \"Split the address.\"; ask translate 0x03D4 => vpn, vpo }"),
    ("machine { physical 16 bits, cache { size 64 B, block 16 B, direct-mapped } }/read 0x0040 => cache miss, cache.victim dirty", 2, "a victim is the tag of a block; whether it was dirty is the fact `writeback`", "read 0x0040 => cache miss, cache.writeback yes"),
    ("program p \"\"\"/int main(void) { return N; }/\"\"\" { #define N 64 }/run p => exit 64", 3, "`#` begins a comment, so the bracket after it closes nothing", ""),
    ("question \"P\" points 2 {/  choice \"Which?\" {/    - [x] \"FIFO\"/    - [ ] \"LRU\"/  }/}", 3, "an option must be `correct \"…\"` or `wrong \"…\"`", "    correct \"FIFO\""),
    ("machine simple/set cache { | idx tag v b0 b1 b2 b3 |; | 5 0b1101 1 36 72 F0 1D | }", 2, "the numbers of a table are hexadecimal: for binary 1101, write `D`", ""),
    ("machine simple/process P/question \"q\" points 2 {/ask write 4 => fault/}", 4, "write, for example, `write 4 = 1`", ""),
    ("question \"EAT\" points 3 {/  let h = 0.98/  ask \"EAT\" unit \"ns\" = h * 101/}", 3, "the unit follows the value", "  ask \"EAT\" = h * 101 unit \"ns\""),
    ("question \"EAT\" points 3 {/  let h = 0.9/  ask \"EAT\" = h \\cdot 101 unit \"ns\"/}", 3, "LaTeX's commands have no meaning here", "  ask \"EAT\" = h * 101 unit \"ns\""),
    ("question \"FIFO\" points 8 {/  reference \"70120304\" { frames 3, replacement fifo }/  ask reference columns hit/}", 2, "cannot read `70120304`: there is no such file", "  reference 7 0 1 2 0 3 0 4 { frames 3, replacement fifo }"),
    ("machine simple/set page_table { | vpn ppn v |; | 0A  ?   1 | }", 2, "`set` needs each value, and the key depends on them; students fill in the table of `ask page_table columns ppn`", ""),
    ("question \"LRU\" points 4 {/  reference [7, 0, 1, 2, 0, 3] { frames 3, replacement lru }/  ask \"faults\" = count(faults)/}", 3, "the number of faults is the fact `faults`", "  ask \"faults\" = last.faults"),
    ("question \"COW\" points 4 {/  essay \"Explain.\" space 4 cm {/    - \"pages are shared\": 2/  }/}", 3, "each criterion is a `rubric`, with its points", "    rubric \"pages are shared\" points 2"),
    ("question \"COW\" points 4 {/  essay \"Explain.\"/  \\vspace{4cm}/}", 3, "after the text of the `essay`, write `space 4 cm`", ""),
    ("machine core-i7/question \"fork\" points 3 {/  program f \"\"\"int main() { fork(); printf(\"a\"); return 0; }\"\"\"/  ask replay f => stdout/}", 4, "the outputs of a program are facts of `outputs`", "  ask outputs f => all"),
    ("machine { virtual 32 bits, physical 32 bits, page 4 KB, levels [10, 10, 12] }", 1, "`machine` has no setting `levels`", ""),
    ("---/title: Midterm/---/machine simple", 1, "write `exam { title \"Midterm\" }`", ""),
    ("machine core-i7/question \"Areas\" points 2 {/  process P/  given maps of P/  ask P: write 0x100000 = 2 => fault/}", 4, "the areas of a process are `maps`", "  given P.maps"),
    ("machine simple/question \"Steps\" points 4 {/  ![Address bits](figure.png)/  ask read 0x028F => vpn, ppn/}", 3, "write `figure bits 0x3D4`", ""),
    ("machine core-i7/kernel { frames 64 }/process A/mmap(0x10000, 8192, rw-p, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)", 4, "a protection is written with the constants of C", "mmap(0x10000, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)"),
    ("machine simple/if (1 == 1) { show 1 } else if(2 == 3 { show 2 }", 2, "this `(` is never closed", "if (1 == 1) { show 1 } else if(2 == 3) { show 2 }"),
    ("expect not(3 == 4", 1, "this `(` is never closed", "expect not(3 == 4)"),
    ("exam { .title = \"a, b = c.d\" }", 1, "write, for example, `ppn 0x20`", ""),
    ("scenario \"a\" { show \"# }\" }/scenario \"b\" { show \"# }\"", 2, "this `{` is never closed", ""),
    ("question \"Q\" { part \"a\" points 3 \"Why?\" { ask \"n\" = 3 } }", 1, "write the statement as `part \"a\" points 2 { … }`", ""),
    ("reference 5 6 7 { frames 2, replacement lfuu }", 1, "`lfuu` is not a replacement policy", "reference 5 6 7 { frames 2, replacement lfu }"),
    ("let child = 3/program p \"\"\"/int main() { return 0; }/\"\"\" { CHILD = child }", 4, "write `define CHILD = child`", ""),
    ("question \"T\" { table \"x\" { columns \"write-back\" \"b\"; row \"write-back\" ? = 3 ? = 4 } }", 1, "name each column in quotes after `columns`, or remove a cell", ""),
    ("machine { physical 8 bits, cache { lines 2, block 4 B, penalty 100 } }", 1, "a miss takes the latency of the next level: write `memory { latency 100 }` in `machine`", ""),
    ("machine simple/kernel { frames 4, replacement opt }", 2, "for OPT, write `reference 1 2 3 4 { frames 3, replacement optimal }`", ""),
    ("let r = 5/let x = 3/expect r-x == 2", 3, "no variable is called `r-x` here", "expect r - x == 2"),
    ("program p \"\"\"/int main() { return 0; }/\"\"\" { printf = line }", 3, "write a setting's value after its name", "\"\"\" { printf line }"),
    ("machine { physical 8 bits, cache { lines 2, block 4 B, policy hot } }/program hot \"\"\"/int main() { return 0; }/\"\"\"", 1, "`hot` is not allowed here", ""),
    ("machine { physical 16 bits, cache { size 1 KB, block 16 B, direct-mapped } }/question \"Sum\" points 3 {/  ask replay sum => cache.miss_rate/  program sum \"\"\"/    int main(void) { return 0; }/  \"\"\"/}", 3, "move its declaration above this line", ""),
    ("machine simple/question \"Optimal\" points 4 {/reference { policy opt, frames 3, string 7 0 1 2 0 3 0 4 }/ask last => faults/}", 3, "write the pages first, then the settings in braces", "reference 7 0 1 2 0 3 0 4 { replacement optimal, frames 3 }"),
    ("reference { frames 3, replacement lru } 1 2 3 4 => faults 4", 1, "write the pages first, then the settings in braces", "reference 1 2 3 4 { frames 3, replacement lru } => faults 4"),
    ("question \"FIFO\" points 12 {/reference fifo frames 3 { 1 2 3 4 1 2 5 }/ask last => faults/}", 2, "write the pages first, then the settings in braces", "reference 1 2 3 4 1 2 5 { replacement fifo, frames 3 }"),
    ("reference 1 2 3 4 { frames 3, replacement lru }/question \"x\" { ask reference columns hit frame 0 frame 1 frame 2 }", 2, "write `columns frame0 frame1`", ""),
    ("question \"AMAT\" points 2 {/ask \"AMAT\" = 2 ns + 20 % * 50 ns unit ns/}", 2, "a percentage cannot contain a space", "ask \"AMAT\" = 2 ns + 20% * 50 ns unit ns"),
    ("machine { virtual 32 bits, physical 32 bits, page 4 KB, levels (10, 10) }/read 0", 1, "a setting is a name followed by its value", "machine { virtual 32 bits, physical 32 bits, page 4 KB, page_table { levels 2, bits 10 10 } }"),
    ("question \"LRU\" points 6 {/choose 3 pages in 0..8/text \"x\"/}", 2, "`choose` draws one value", ""),
    ("question \"LRU\" points 6 {/choose a in 0..0x1000, b in 0x1000..0x4000/text \"x\"/}", 2, "`choose` draws one value", "choose a in 0..0x1000; choose b in 0x1000..0x4000"),
    ("machine core-i7/process P/Q = P.fork()", 3, "a process makes a system call after its name and `:`, and `let` names the result", "P: let Q = fork()"),
    ("question \"EAT\" points 2 {/choose h in [80, 90, 95]/text \"The TLB hit ratio is %d percent. Memory takes 100 ns, the TLB 20 ns.\", h/}", 3, "a value belongs in braces in the text", "text \"\"\"The TLB hit ratio is {h} percent. Memory takes 100 ns, the TLB 20 ns.\"\"\""),
    ("question \"Why\" points 4 {/essay \"Explain why a TLB is small.\" space 4 cm { rubric points 2 \"speed\"; rubric points 2 \"associativity\" }/}", 2, "the points follow the text: `rubric \"speed\" points 2`", ""),
    ("question \"Why\" points 4 {/essay \"Explain why a TLB is small.\" space 4 cm { rubric \"speed\" 2; rubric \"associativity\" 2 }/}", 2, "the points follow the text: `rubric \"speed\" points 2`", ""),
    ("machine simple/question \"Bits\" { choose va in 0..0x4000/figure address va/}", 3, "the figure `bits` shows the bits of an address, and `translation` shows its translation", "figure bits va"),
    ("exam { title \"Midterm\", roster \"students.csv\", variants 30 }/machine simple/question \"Bits\" { ask translate 0x10 => vpn }", 1, "run `pagewalk exam FILE --roster students.csv`", ""),
    ("question \"Choice\" points 1 { choice \"What does a TLB cache?\" {/option \"page-table entries\"/option \"disk blocks\"/answer 1/}/}", 2, "write `correct \"page-table entries\"` or `wrong \"page-table entries\"`", ""),
    ("machine { virtual 16 bits, physical 14 bits, page 256 B, tlb { entries 8, ways 2 } }/question \"State\" points 2 {/given tlb, cache/ask translate 0 => vpn, tlbi/}", 3, "give `machine` a cache: `cache { … }`", ""),
    ("scenario \"a\" {/machine simple/read 0x3D4 => vpn 0x0F/}/scenario \"b\" {/read 0x28F => vpn 0x0A/}", 6, "declare the machine above the scenarios that need it", ""),
    ("machine simple/scenario \"wrong guess\", fails {/read 0x3D4 => vpn 0x0A/}", 2, "write `scenario \"wrong guess\" { … }`; in Markdown, the words after a fence can say that its script fails", ""),
    ("machine simple/question \"x\" { ask last columns hit }", 2, "the columns of a reference string are those of `reference`", "question \"x\" { ask reference columns hit }"),
    ("question \"Terms\" points 2 {/choice \"A page of physical memory is a\" { = \"frame\" ~ \"set\" ~ \"block\" }/}", 2, "an option must be `correct \"…\"` or `wrong \"…\"`", "choice \"A page of physical memory is a\" { correct \"frame\", wrong \"set\", wrong \"block\" }"),
    ("question \"Why\" points 4 {/essay \"Explain why a TLB is small.\" space 4 cm {/ rubric points 2 \"speed\"/ rubric \"associativity\" 2/}/}", 3, "each criterion is a `rubric`, with its points", " rubric \"speed\" points 2"),
    ("machine simple/question \"Bits\" points 2 {/choose va in 0..0x4000 where (va & 0x3F) = 4/ask translate va => vpn, tlbi/}", 3, "a condition compares with `==`", "choose va in 0..0x4000 where (va & 0x3F) == 4"),
    ("question \"LRU\" points 8 {/choose pages in 0..5 count 8/text \"x\"/}", 2, "draw a list in a loop: `let pages = []; for k in 0..8 { choose one in 0..5; let pages = [pages, one] }`", ""),
    ("let pages = [7]/let x = pages[-1]", 2, "the last element is `pages[len(pages) - 1]`", ""),
    ("question \"Grid\" points 6 {/reference [1, 2, 3, 1, 4, 2] { frames 3, replacement lru }/ask reference columns hit frames/}", 3, "each frame has a column, and the first is `frame0`", ""),
    ("question \"Grid\" points 6 {/reference [1, 2, 3, 1, 4, 2] { frames 3, replacement lru }/ask reference columns hit by row/}", 3, "`reference` has no column `by`", "ask reference columns hit marks by row"),
    ("question \"AMAT\" points 2 {/choose percent in [80, 90, 95]/ask \"Average time\" = percent% * 2 ns + (100 - percent)% * 100 ns unit ns/}", 3, "a percentage is a fraction: `percent / 100`", ""),
    ("question \"Sizes\" points 3 {/table \"32-bit addresses\" {/columns \"Page\" \"VPN bits\"/for k in [12, 13, 14] {/row k ? = 32 - k/}/}/}", 4, "a block of settings has no loops and no conditions", ""),
    ("machine simple/question \"Stem\" points 4 {/choose va in 0x40..0x4000/stem \"\"\"A program reads the address {va}.\"\"\"/given machine/part \"a\" { ask translate va => vpn, vpo }/part \"b\" { ask translate va => tlbi, tlbt }/}", 4, "the text of a question is `text`", "text \"\"\"A program reads the address {va}.\"\"\""),
    ("machine simple/question \"Points\" points 4 {/ask translate 0x40 => vpn, vpo, tlbi, tlbt points 1 each/}", 3, "write the sum of the points of the blanks: `points N`", ""),
    ("machine simple/question \"Order\" points 2 {/choose turn in 0..2/ask translate (turn == 0 ? 64 : 128) => vpn, vpo/}", 4, "write `if CONDITION { … } else { … }` around the statement", ""),
    ("machine { physical 16 bits, cache { size 1 KB, block 16 B, direct-mapped } }/question \"Trace\" points 2 {/ask replay => cache.misses/}", 3, "the facts of the latest replay are those of `last`", "ask last => cache.misses"),
    ("machine { physical 16 bits, cache { size 1 KB, block 16 B, direct-mapped } }/trace t \"\"\"/R 1000/R 1004/\"\"\"", 2, "write `replay \"t.trace\"`, or `read 0x1000` for each access", ""),
    ("question \"Hits\" points 2 shuffle {/choice \"More ways always reduce\" { correct \"a\"; wrong \"b\" }/}", 1, "write `exam { shuffle options }`", ""),
    ("machine simple/problem \"Translate\" points 5 {/given machine/ask translate 0x029D => vpn, vpo/}", 2, "a question begins with `question`", "question \"Translate\" points 5 {"),
    ("question \"Sharing\" points 3 {/choice multiple \"Which mappings are copied on write?\" {/correct \"a private anonymous mapping\"/wrong \"a shared file mapping\"/}/}", 2, "a `choice` with several correct options needs no other word", "choice \"Which mappings are copied on write?\" {"),
    ("machine simple/question \"Size\" points 2 {/ask \"Size of the flat page table\" = machine.flat_page_table_bytes B/}", 3, "the unit of an answer follows the word `unit`", "ask \"Size of the flat page table\" = machine.flat_page_table_bytes unit B"),
    ("machine core-i7/process P/question \"Fork\" points 2 {/figure fork tree P/ask \"How many processes exist?\" = 4/}", 4, "the figure `processes` shows the processes with their parents", "figure processes"),
    ("machine core-i7/process P/question \"Fork\" points 2 {/figure address_space P/ask P.write 0x1000 = 2 => fault/ask P.read 0x1000 => fault/}", 4, "the figure of an address space is `layout`", "figure layout P"),
    ("machine simple/process P1/question \"A page fault\" points 8 { P1: read 0x1000; order steps }", 3, "with `ask steps`, students put the messages of an access in order", "question \"A page fault\" points 8 { P1: read 0x1000; ask steps }"),
    ("question \"x\" { truefalse \"The TLB is a cache\" = true }", 1, "a statement that is true or false is a `choice`", "question \"x\" { choice \"The TLB is a cache\" { correct \"true\"; wrong \"false\" } }"),
    ("machine simple/question \"x\" { ask \"Byte at 0x0102\" = memory[0x102] }", 2, "to ask for a byte of memory, read it", "question \"x\" { ask read 0x102 => byte as \"Byte at 0x0102\" }"),
    ("question \"Sizes\" points 2 {/  table \"Bits\" {/    columns \"Page\" \"VPN bits\" \"VPO bits\"/    row 4 KB & ? = 20 & 12 \\\\/  }/}", 4, "the cells of a row must be separated by spaces", "    row 4 KB ? = 20 12"),
    ("question \"Sizes\" points 2 {/  table \"Bits\" {/    columns \"Page\" & \"VPN bits\" & \"VPO bits\"/    row 4 KB & ? = 20 & 12 \\\\/  }/}", 3, "the cells of a row must be separated by spaces", "    columns \"Page\" \"VPN bits\" \"VPO bits\""),
    ("question \"Sizes\" points 3 {/  table \"32-bit addresses\" {/    columns \"Page\" \"VPN bits\"/    for k in [12, 13, 14] {/      row k ? = 32 - k/    }/  }/}", 4, "a table has no loops: write a `row` for each value", ""),
    ("question \"Sizes\" points 2 {/  table \"Bits\" {/    columns \"Page\", \"VPN bits\", \"VPO bits\"/    row 4 KB,? = 20,12/  }/}", 3, "the cells of a row must be separated by spaces", "    columns \"Page\" \"VPN bits\" \"VPO bits\""),
    ("machine { physical 16 bits, cache { size 256 B, block 16 B, direct-mapped } }/read 0x100/expect cache.misses 1", 3, "`expect` checks a condition", "expect cache.misses == 1"),
    ("machine {/  physical 16 bits/  cache L1 { size 256 B, block 16 B, ways 2, next L2 }/  cache L2 { size 1 KB, block 16 B, ways 4 }/}", 3, "in the order of their declarations", ""),
    ("question \"Bits\" points 4 {/  table \"VPN bits\" {/    columns \"Page size\" \"VPN bits\"/    row 4 KB = 20/    row 1 MB = 12/  }/}", 4, "begins with a question mark", "    row 4 KB ? = 20"),
    ("question \"A\" {/choice \"q\" {/  correct \"\"\"{4 KB}\"\"\"/  option \"8 KB\"/}/}", 4, "an option must be", "  wrong \"8 KB\""),
    ("machine simple/read 0x3D4 => index 0x1F, tlb miss", 2, "write `tlbi` for the TLB, or `ci` for the cache", ""),
    ("machine simple/read 0x3D4 => offset 0x14", 2, "there is no fact `offset` here", "read 0x3D4 => vpo 0x14"),
    ("machine { physical 16 bits, cache L1 { size 1 KB, ways 1, block 16 B } }/read 0 => L1d.victim none", 2, "there is no fact `L1d.victim` here", "read 0 => L1.victim none"),
    ("machine core-i7/process P/P: let = malloc(200 KB)", 3, "a name is missing", ""),
    ("expect (5 & 3 == 1 and 4 > 3", 1, "this `(` is never closed", "expect (5 & 3) == 1 and 4 > 3"),
    // The facts of an unknown statement are unknown.
    ("machine core-i7/exec 0x400000 => fault none", 2, "write `fetch 0x400000 => fault none`", "fetch 0x400000 => fault none"),
    ("machine simple/read 0x3D4 => tlb.hits 1", 2, "write `expect tlb.hits == 1` as a statement of its own", ""),
    ("machine simple/process P1/P1: let child = fork()/expect child.byte(0x1000) == 5", 4, "write `child: expect byte(0x1000) == 5`", "child: expect byte(0x1000) == 5"),
    ("process P1/P1: let p = mmap(length=64, prot=PROT_READ, flags=MAP_PRIVATE)", 2, "write `mmap(NULL, 64, PROT_READ, MAP_PRIVATE, -1, 0)`", ""),
    ("machine simple/process P1/P1: open(\"a\", O_RDONLY) => fd 3", 3, "did you mean `returns`?", "P1: open(\"a\", O_RDONLY) => returns 3"),
    ("machine simple/question \"Why\" { ask \"Explain why a TLB needs a tag.\" }", 2, "write `essay` in place of `ask`", ""),
    ("machine simple/question \"Q\" { ask \"Sets\" = machine.tlb.num_sets }", 2, "begins with the part: `tlb.sets`", ""),
    ("machine small extends simple { tlb { entries 8, ways 2 } }", 1, "a machine has no name", "machine simple { tlb { entries 8, ways 2 } }"),
    ("machine simple/question \"Q\" { ask translate 0x3D4 => vpn 0x0F, ppn 0x0D }", 2, "`ask translate 0x3D4 => vpn, ppn`", ""),
    ("machine simple/question \"Q\" {/  choose policy in {fifo, lru}/  ask \"n\" = 1/}", 3, "words in a list need quotes: `[\"fifo\", \"lru\"]`", ""),
    ("machine simple/probe read 0x3D4/question \"Q\" { ask \"Frame\" = last.pfn }", 3, "write `ppn`", "question \"Q\" { ask \"Frame\" = last.ppn }"),
    ("for p in {fifo, lru, optimal} { reference 1 2 { frames 2, replacement p } }", 1, "words in quotes: `for p in [\"fifo\", \"lru\"] {`", ""),
    ("for p in (fifo, lru) { reference 1 2 { frames 2, replacement p } }", 1, "words in quotes: `for p in [\"fifo\", \"lru\"] {`", ""),
    ("let a = 1/let b = 2/for p in a, b { show p }", 3, "", "for p in [a, b] { show p }"),
    ("let a = 1/let b = 2/for p in {a, b} { show p }", 3, "a list must be in square brackets", "for p in [a, b] { show p }"),
    ("reference 1 2 3 4 { frames 3, replacement fifo } => faults 4, evicted 1", 1, "a fact of an access or a system call", ""),
    ("machine simple/def touch(va) = read va/touch(0x240)", 2, "write `def touch(va) { read va }`", "def touch(va) { read va }"),
    ("machine { physical 16 bits, cache L1 { size 64 B, block 4 B, direct-mapped } }/read 0x354 => L1.hit no", 2, "write `L1 miss`", "read 0x354 => L1 miss"),
    ("question \"Q\" { text \"Use $\\log_2 P$ bits.\"; ask \"n\" = 12 }", 1, "a text is not LaTeX, and has no `\\log`", ""),
    ("machine simple/cache { | idx tag v b0 |/| 0 19 1 99 | }/read 0 => cache miss", 2, "are changed with `set`", "set cache { | idx tag v b0 |"),
    ("machine simple/read 0x3D4/cache { | idx tag v b0 |/| 5 0D 1 36 | }", 3, "are checked with `expect`", "expect cache { | idx tag v b0 |"),
    // The value of a clause is missing, and so is a value before a stray bracket of the same statement.
    ("machine simple/translate 0x0 by => tlb miss", 2, "`by` needs a value", ""),
    ("let n = 1/let a = [1,/  2n % 5, n], 4]", 3, "`,` does not belong here", ""),
    ("question points 6 {/  ask \"a\" = 1/}", 1, "the title precedes the points", "question \"Title\" points 6 {"),
    ("question \"a\" points 1 {/  let one = 1/  text \"\"\"From {one to {one}.\"\"\"/  ask \"a\" = 1/}", 3, "no `}` ends it", "  text \"\"\"From {one} to {one}.\"\"\""),
    ("machine { let size = 4, physical 12 bits }", 1, "a setting is one name", ""),
    ("let sets = 4/let x = log2(20sets)", 2, "`20sets` is not a number", ""),
    ("machine simple/tlb expect.misses == 0", 2, "write `expect tlb`", "expect tlb.misses == 0"),
    // A mistake takes no help from the others of its line.
    ("machine simple/read 0x3D4/expect ppn == 0x0D && fault == none", 3, "write `and`", "expect ppn == 0x0D and fault == none"),
    ("machine simple/let n = 0/read 0x3D4/if fault == page { n += 1 }", 4, "write `last.fault`", "if last.fault == page { n += 1 }"),
    ("machine simple/read 0x3D4/if last.fault == demand-zero { read 0 }", 3, "write `\"demand-zero\"`", "if last.fault == \"demand-zero\" { read 0 }"),
    ("machine simple/read 0x3D4/expect tlb == { | set tag ppn v |/| 3 03 0D 1 | }", 3, "a table follows its name", "expect tlb { | set tag ppn v |"),
    ("machine simple/program s \"\"\"/int a; int main(void) { return a; }/\"\"\"/replay s --map demand => faults 1", 5, "`--` is for options", "replay s map demand => faults 1"),
    ("program s \"\"\"/int a; int main(void) { return a; }/\"\"\"/replay s --frames 2", 4, "`reference p { frames 2 }`", ""),
    ("process P1/P1: let child = fork()/P1: wait(&status)", 3, "`wait(p)` stores the status", "P1: wait()"),
    ("program z \"\"\"/int a[64]; int main(void) { return a[0]; }/\"\"\"/reference z { page 16 int, frames 3 }", 4, "the setting `unit`", "reference z { page 16, unit int, frames 3 }"),
    ("machine simple/process P1 {/| area | start | end  | perms | backing |/| heap | 1000  | 1200 | rw-p  | zero |/}", 4, "did you mean `anonymous`?", "| heap | 1000  | 1200 | rw-p  | anonymous |"),
    ("program p \"\"\"/int main(void) { printf(\"1\"); return 0; }/\"\"\"/outputs p => impossible \"2\"", 4, "is `possible not`", "outputs p => possible not \"2\""),
    ("reference 1 2 3 4 { frames 3 } => faults 4, frames [4, 2, 3]", 1, "the fact `resident`", "reference 1 2 3 4 { frames 3 } => faults 4, resident [4, 2, 3]"),
    ("machine { virtual 20 bits, physical 16 bits, page 4 KB, page_table { level1 4 bits, level2 4 bits } }", 1, "write `bits 10 10`", ""),
    ("machine { physical 16 bits, cache { sets 4, ways 1, block 4 B, hit time 2 ns } }", 1, "the setting `latency`", "machine { physical 16 bits, cache { sets 4, ways 1, block 4 B, latency 2 ns } }"),
    ("kernel { frames = 4, replacement = lru }", 1, "write `kernel {", "kernel { frames 4, replacement lru }"),
    ("machine simple/set tlb { set 3: tag 0x03 ppn 0x0D valid }", 2, "contents must be a table", ""),
    ("question \"a\" points 2 {/  ask \"x\" = 2 points 2 hint \"think\"/}", 2, "an `ask` has no hints", ""),
    ("reference 1 2 3 4 1 { frames 3 } lru => faults 4", 1, "the settings in braces", "reference 1 2 3 4 1 { frames 3, replacement lru } => faults 4"),
    ("machine simple/read 0 => tlb miss if 1 > 0", 2, "no `if` after its facts", ""),
    ("let t = if 1 > 0 then 5 else 6", 1, "no conditional expression", "let t = 6; if 1 > 0 { let t = 5 }"),
    ("machine simple/read 0/show last", 3, "write `show steps`", "show steps"),
    ("file data.txt 8 KB", 1, "the size of a file", "file \"data.txt\" { size 8 KB }"),
    ("process P/show areas P", 2, "a dot separates it from its process", "show P.maps"),
    ("choose va in random(0, 0x4000)", 1, "the values to choose from", "choose va in 0..=0x4000"),
    ("machine m extends simple { tlb { set 4 } }", 1, "a machine has no name", ""),
    ("process P/P: fork()/child: exit(3)", 3, "write `let child = fork()`", ""),
    ("process P/P: fork()/expect child.rss == 0", 3, "write `let child = fork()`", ""),
    ("machine { physical 13 bits, cache { size 64 B, block 4 B, sets 8 } }", 1, "write `ways N` instead of `sets`", ""),
    ("machine { virtual 14 bits, physical 13 bits, page 64 B, tlb { entries 16, sets 4 } }", 1, "write `ways 4` instead of `sets`", ""),
    ("exam { title \"A\", paper letter }/question \"Q\" { ask \"x\" = 1 }", 1, "--page letter", ""),
    ("process P/P: fork()/P.child: exit(3)", 3, "use `P: let child = fork()`", ""),
    ("program p \"\"\"/int main(void) { return 0; }/\"\"\"/outputs p => count 1, all \"133\", \"313\"", 4, "a list of outputs", "outputs p => count 1, all [\"133\", \"313\"]"),
    ("program p \"\"\"/int main(int c, char **v) { printf(\"%s\", v[1]); return 0; }/\"\"\"/run p(\"hi\") => output \"hi\"", 4, "the arguments of a program are texts", "run p arguments \"hi\" => output \"hi\""),
    ("program z \"\"\"/int a[64]; int main(void) { return a[0]; }/\"\"\"/reference z { page 16 ints, frames 3 }", 4, "the setting `unit`", "reference z { page 16, unit int, frames 3 }"),
    ("reference 1 2 3 { frames 3 } => fault_rate 75%", 1, "did you mean `rate`?", "reference 1 2 3 { frames 3 } => rate 75%"),
    // The person's own operands, and the parts of the machine.
    ("machine { physical 16 bits, cache { sets 16, ways 1, block 16 B, latency 1 }, memory { latency 100 } }/load 0x10, 4 => cache miss", 2, "follows `size`", "read 0x10 size 4 => cache miss"),
    ("machine { physical 16 bits, cache { sets 16, ways 1, block 16 B, latency 1 }, memory { latency 100 } }/load 0x10, 0x20 => cache miss", 2, "a load is a `read`", ""),
    ("machine simple/let a = 0x300/read a[1][0]", 3, "write `a + 4 * (N * 1 + 0)`", ""),
    ("machine simple/let a = 0x300/read &a[1][0]", 3, "write `read a + 4 * (N * 1 + 0)`", ""),
    ("machine simple/let a[8][8] at 0x300/read a", 2, "an array in memory is its address", "let a = 0x300"),
    ("machine simple/let a[8]/read 0", 2, "write `let a = ADDRESS`", ""),
    ("machine simple/let a [8]/read a[0]", 2, "set with `=`", "let a = [8]"),
    ("machine core-i7/read 0x1000 => L1 miss", 2, "did you mean `L1d`", "read 0x1000 => L1d miss"),
    ("machine core-i7/read 0x1000 => L1.hit yes", 2, "the name of a TLB or cache of the machine", ""),
    ("machine { physical 16 bits, cache L1 { sets 16, ways 1, block 16 B }, cache L2 { sets 64, ways 1, block 16 B } }/read 0x10 => L1 = miss and L2 = miss", 2, "commas", "read 0x10 => L1 miss, L2 miss"),
    ("machine { physical 16 bits, cache L1 { sets 16, ways 1, block 16 B }, cache L2 { sets 64, ways 1, block 16 B } }/read 0x10 => miss L1, miss L2", 2, "the name of the TLB or cache comes before", ""),
    ("machine { physical 16 bits, cache L1 { sets 16, ways 1, block 16 B }, cache L2 { sets 64, ways 1, block 16 B } }/read 0x10 => level L1", 2, "`served`", "read 0x10 => served L1"),
    ("machine { physical 16 bits, cache L1 { sets 16, ways 1, block 16 B }, cache L2 { sets 64, ways 1, block 16 B } }/read 0x10/expect L1.amat == 1", 3, "`L1.latency + L1.miss_rate * N`", ""),
    ("machine { physical 16 bits, cache L1 { sets 16, ways 1, block 16 B }, cache L2 { sets 64, ways 1, block 16 B } }/read 0x10/expect L2.local_miss_rate == 100%", 3, "did you mean `miss_rate`", "expect L2.miss_rate == 100%"),
    ("machine { physical 16 bits, icache { sets 16, ways 1, block 16 B }, dcache { sets 16, ways 1, block 16 B } }", 1, "for instructions }", "machine { physical 16 bits, cache icache { sets 16, ways 1, block 16 B, for instructions }, cache dcache { sets 16, ways 1, block 16 B, for data } }"),
    ("machine simple/def addr(i) { let r = 4 * i }/addr(1)/read r", 4, "write the statement that needs `r` in `def addr`", ""),
    ("machine { physical 16 bits, cache { sets 16, ways 1, block 16 B, prefetch 1 } }", 1, "omits prefetching", ""),
    ("machine { physical 16 bits, cache { sets 16, ways 1, block 16 B }, write_buffer 4 }", 1, "omits write buffers", ""),
    ("machine { virtual 14 bits, physical 12 bits, page 64 B, tlb { entries 16, ways 4, miss_penalty 30 } }", 1, "the time of the page walk", ""),
    ("machine { physical 16 bits, cache { sets 16, ways 1, block 16 B, latency 1 }, memory { latency 100 } }/replay \"loop.trace\" => misses:5 hits:4 evictions:3", 2, "commas separate", ""),
    ("machine { physical 16 bits, cache { sets 16, ways 1, block 16 B, latency 1 }, memory { latency 100 } }/read 0x10 => cache.evict 0", 2, "the fact `cache.victim`", "read 0x10 => cache.victim 0"),
    ("machine { physical 16 bits, cache { sets 16, ways 1, block 16 B, latency 1 }, memory { latency 100 } }/read 0x10 => dirty yes", 2, "the fact is `cache.writeback`", ""),
    ("machine { physical 16 bits, cache { sets 16, ways 1, block 16 B, latency 1 }, memory { latency 100 } }/read 0x10 => s 1", 2, "did you mean `ci`", "read 0x10 => ci 1"),
    ("machine { physical 16 bits, cache { sets 16, ways 1, block 16 B, latency 1 }, memory { latency 100 } }/read 0x10/expect cache.misses == 1 and miss_rate == 100%", 3, "the name of its TLB or cache", "expect cache.misses == 1 and cache.miss_rate == 100%"),
    ("machine { physical 16 bits, cache { sets 16, ways 1, block 16 B, latency 1 }, memory { latency 100 } }/modify 0x10", 2, "a load and a store", "read 0x10; write 0x10 = 0"),
    ("machine simple/for i in range(0, 4096, 4) { read i }", 2, "a range has no step", "for n in 0..1024 { let i = 4 * n; read i }"),
    ("machine simple/let s = 4/for i in range(0, 64, s) { read i }", 3, "`s * i`", ""),
    ("machine simple/let n = 4/for (int i = 0; i < n; i++) read 16 * i", 3, "C's `for` loop", "for i in 0..n { read 16 * i }"),
    ("machine simple/let a = 0x300/read a + 4 * i for i in 0..4", 3, "in braces", "for i in 0..4 { read a + 4 * i }"),
    ("machine simple/read 0x10 0x20 0x30", 2, "one address", "for a in [0x10, 0x20, 0x30] { read a }"),
    ("machine simple/question \"Q\" points 1 { ask read 0x10 => cache hit or miss }", 2, "`or` cannot join", "question \"Q\" points 1 { ask read 0x10 => cache }"),
    ("machine simple/kernel { memory 4 pages }", 2, "a number of page frames", "kernel { frames 4 }"),
    ("machine simple/set tlb { | set tag ppn v asid |; | 3 03 0D 1 0 | }", 2, "`tlb { asid on }`", ""),
    ("machine simple/set tlb { | vpn ppn v asid |; | 0F 0D 1 0 | }", 2, "VPN // 4", ""),
    ("machine { virtual 14 bits, physical 12 bits, page 64 B, tlb { entries 16, ways 4, asid 8 bits } }", 1, "write `asid on` without a width", ""),
    ("machine { virtual 14 bits, physical 12 bits, page 64 B, tlb { entries 16, ways 4 }, page_table { levels 2, directory 4 bits, table 4 bits } }", 1, "the index bits of all levels", ""),
    ("machine { virtual 14 bits, physical 12 bits, page 64 B, tlb { entries 16, ways 4 }, clock 2 GHz }", 1, "no clock rate", ""),
    ("machine { virtual 2^14 B, physical 12 bits, page 64 B }", 1, "write the width of an address: `14 bits`", "machine { virtual 14 bits, physical 12 bits, page 64 B }"),
    ("machine { virtual 16384 B, physical 12 bits, page 64 B }", 1, "write `14 bits`", "machine { virtual 14 bits, physical 12 bits, page 64 B }"),
    ("machine { virtual 2 ** 14, physical 12 bits, page 64 B }", 1, "write `14 bits`", ""),
    ("reference 1 2 1 { frames 3 } => hit_rate 33%", 1, "the rate of its faults", "reference 1 2 1 { frames 3 } => rate 1 - (33%)"),
    ("process P/P: let child = fork()/child: exit(0)/expect child.state == terminated", 4, "until its parent waits", ""),
    ("machine simple/read 0x3D4/expect tlb == hit", 3, "last.NAME", "expect last.tlb == \"hit\""),
    ("machine simple/program s \"\"\"/int main(void) { return 0; }/\"\"\"/run s => miss_rate 50%", 5, "replace `run` by `replay`", ""),
    ("machine { physical 12 bits, cache { size 64 B, block 4 B } }/program s \"\"\"/int main(void) { return 0; }/\"\"\"/question \"Q\" points 1 { ask run s => miss }", 5, "replace `run` by `replay`", ""),
    ("run \"hello.c\"", 1, "write `program p from \"hello.c\"`", ""),
    ("exec(\"hello.c\")", 1, "write `program p from \"hello.c\"`", ""),
    ("exam { title \"M\", pool \"F\" { pick 1; \"A\"; \"B\" } }", 1, "write `pool \"F\" pick 1 of", ""),
    ("exam { title \"M\", pool \"F\" { \"A\", \"B\" } }", 1, "write `pool \"F\" pick 1 of", ""),
    ("exam \"Midterm\" {/  date \"1.3.2026\"/}", 1, "write `title \"Midterm\"` in the braces", "exam {"),
    ("exam { title \"M\" }/accept guessable in \"Q\"", 2, "`accept guessable of \"Q\" because \"…\"`", ""),
    ("exam { title \"M\" }/accept guessable \"Q\": \"So\"", 2, "`accept guessable of \"Q\" because \"So\"`", ""),
    ("question \"Q\" points 1 seed 4 {/  ask \"x\" = 1/}", 1, "write `seed 4` in a line above it", ""),
    ("machine simple/choose va in [0, 128]/question \"Q\" points 1 {/  choice \"Which?\" {/    if va < 64 { correct \"hit\" } else { wrong \"hit\" }/    correct \"miss\"/  }/}", 5, "write `correct \"hit\" when va < 64`", ""),
    ("question \"Q\" points 1 {/  choice \"Sky?\" {/    \"blue\"/    \"green\"/  }/}", 3, "write `correct \"blue\"` or `wrong \"blue\"`", ""),
    ("reference 1 2 1 { frames 3 }/question \"Q\" points 1 { ask reference columns fault }", 2, "the column `hit`", ""),
    ("question \"Q\" points 1 { decimals 2; ask \"x\" = 1 }", 1, "write `round 2` after the value", ""),
];

/// Returns the line, the texts, and the first line that the fix changes.
fn described(script: &CheckedScript, first: &Diagnostic, text: &str) -> (usize, String, String) {
    let line = script
        .sources
        .location(first.span)
        .map_or(0, |(_, at)| at.line);
    let edit = first.fix.as_ref().and_then(|fix| fix.edit(text));
    let fixed = edit.map_or_else(String::new, |edit| {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        format!("{}{}{}", &text[..start], edit.replacement, &text[end..])
    });
    let new = fixed
        .lines()
        .find(|line| !text.lines().any(|old| old == *line));
    let said = format!(
        "{} / {}",
        first.message,
        first.help.as_deref().unwrap_or_default()
    );
    (line, said, new.unwrap_or_default().to_owned())
}

/// Returns the scripts.
pub fn scripts() -> impl Iterator<Item = String> {
    CASES
        .iter()
        .map(|(script, ..)| format!("{}\n", script.replace('/', "\n")))
}

#[test]
fn the_first_message_names_the_cause() {
    let mut messages = String::new();
    for (script, line, part, fixed) in CASES {
        let text = format!("{}\n", script.replace('/', "\n"));
        let checked = CheckedScript::from_text("cause.pw", &text, &mut ());
        let found = checked
            .diagnostics
            .first()
            .map(|first| described(&checked, first, &text));
        let right = found
            .as_ref()
            .is_some_and(|(at, said, new)| at == line && said.contains(part) && new == fixed);
        if !right {
            let _ = writeln!(
                messages,
                "{script}\nwant {line}, {part}, {fixed}\n{found:?}\n"
            );
        }
    }
    assert!(messages.is_empty(), "{messages}");
}

#[test]
fn no_mistake_hides_another_one_on_its_line() {
    for (script, fixes) in [
        (
            "machine { virtal 14 bits, physcal 12 bits, pge 64 B }",
            ["virtual", "physical", "page"],
        ),
        (
            "machine { n 14 bits, m 12 bits, P 64 B }",
            ["virtual", "physical", "page"],
        ),
        (
            "machine simple\nread 0x3D4 => vpnn 0x0F, tlbbi 3, ppnn 0x0D",
            ["vpn", "tlbi", "ppn"],
        ),
    ] {
        let checked = CheckedScript::from_text("line.pw", script, &mut ());
        let found = checked.diagnostics.iter();
        let found: Vec<&str> = found
            .map(|one| one.fix.as_ref().map_or("", |fix| &*fix.text))
            .collect();
        assert_eq!(found, fixes, "{script}");
    }
}

#[test]
fn a_mistake_in_a_machine_file_is_also_marked_in_the_script() {
    let folder = tempfile::tempdir().expect("a folder");
    let machine = "virtual: 14 bits\nphysical: 12 bits\npage-size: 64 B\n";
    fs::write(folder.path().join("lab.yaml"), machine).expect("a file");
    let (path, text) = (folder.path().join("a.pw"), "machine \"lab.yaml\"\n");
    fs::write(&path, text).expect("a file");
    let checked = CheckedScript::from_path(&path);
    let help = checked.diagnostics[0].help.as_deref();
    assert_eq!(help, Some("did you mean `page`?"));
    let open = OpenTexts {
        texts: [(folder.path().join("lab.yaml"), machine.into())]
            .into_iter()
            .collect(),
        other: None,
    };
    let document = Document::new(&path, text, open);
    let problems = document.diagnostics();
    let own = problems
        .iter()
        .find(|one| one.location.path.ends_with("a.pw"));
    let own = own.expect("a mark in the script");
    assert_eq!(
        (own.code, own.location.range.clone()),
        ("unknown-setting", 8..18)
    );
}

#[test]
fn the_name_of_a_machine_file_needs_quotes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, script) = (folder.path().join("a.pw"), "machine lib/m.yaml\nread 0");
    fs::write(&path, script).expect("a file");
    fs::create_dir(folder.path().join("lib")).expect("a folder");
    fs::write(folder.path().join("lib/m.yaml"), "physical: 14 bits").expect("a file");
    let checked = CheckedScript::from_path(&path);
    let [one] = &checked.diagnostics[..] else {
        panic!("{:#?}", checked.diagnostics)
    };
    assert_eq!(one.message, "the name of a machine file is in quotes");
    assert_eq!(&script[one.span.bytes()], "lib/m.yaml");
    assert_eq!(one.help.as_deref(), Some("write `\"lib/m.yaml\"`"));
}

#[test]
fn a_mistake_of_a_machine_file_hides_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let machine = "virtual = 14 bits\nphysical = 12 bits\npage = 63 B\ntlb: { entires: 4 }\n";
    fs::write(folder.path().join("lab.yaml"), machine).expect("a file");
    fs::write(folder.path().join("a.pw"), "machine \"lab.yaml\"\nraed 0").expect("a file");
    let checked = CheckedScript::from_path(&folder.path().join("a.pw"));
    let style = Style {
        color: false,
        unicode: true,
        fit: Fit::Lines(200),
    };
    let report = checked.render_diagnostics(style);
    for part in [
        "`page: 4 KB`; also in lines 2, 3",
        "power of two, not 63",
        "did you mean `entries`?",
        "did you mean `read`?",
        "a.pw: 4 mistakes",
    ] {
        assert!(report.contains(part), "{part}: {report}");
    }
}

/// The report shows a name once that is misspelled in several lines. An editor marks each of them.
#[test]
#[rustfmt::skip]
fn repetitions_are_reported_once() {
    let program = "program sum \"\"\"/int main(void) { return 0; }/\"\"\"/";
    for (script, also) in [
        ("machine simple/def tuoch(va) { read va }/touch(0)/touch(4)/touch(8)", "(also in lines 4, 5)"),
        (&format!("{program}outputs sums => count 1/outputs sums => count 2"), "(also in line 5)"),
        ("process P/let p = mmap(NULL, 8, PROT_RAED, 0, -1, 0)/let q = mmap(NULL, 8, PROT_RAED, 0, -1, 0)", "(also in line 3)"),
        ("pagewalk> machine simple/pagewalk> read 0/pagewalk> read 4", "write `machine simple`; also in lines 2, 3"),
        ("machine simple/read 0 -> tlb miss/read 4 -> tlb hit", "`read 0 => tlb miss`; also in line 3"),
        ("scenario “a” {/  machine simple/}/scenario “b” {/  machine simple/}", "\"…\"; also in line 4"),
        ("process P/process Q/show maps/show maps/show maps", "; also in lines 4, 5"),
        ("machine { physical 16 bits, cache L1 { size 1 KB, ways 1, block 16 B } }/read 0 => L1d miss, L1d.victim 0/expect L1d.hits == 1/show cache L1d", "`L1`? (also in lines 3, 4)"),
    ] {
        let script = script.replace('/', "\n");
        let checked = CheckedScript::from_text("a.pw", &script, &mut OpenTexts::default());
        let style = Style { color: false, unicode: true, fit: Fit::Lines(200) };
        let report = checked.render_diagnostics(style);
        assert!(report.contains(also) && report.contains("1 mistake"), "{report}");
        assert!(checked.diagnostics.len() > 1, "{script}");
    }
}

/// The check continues with the suggested word or number.
#[test]
fn a_wrong_setting_hides_no_other_mistake() {
    for (script, lines) in [
        (
            "machine { virtual 12 bits, page 256 B, tlb { entries 3, policy lur } }\nset page_table { | vpn pnn |; | 0 1 | }\nexpect tlb.hit == 1",
            &[1, 2, 3][..],
        ),
        (
            "machine { virtual 14 bits, page 64 bits, tlb { entries 4, policy lro } }\nread 0 => tlb mis",
            &[1, 1, 2],
        ),
        ("machine corei7\nfetch 0x40 => iTLB mis", &[1, 2]),
        (
            "kernel { frames 16 KB, replacement lro }\nprocess P\nread 0x40 => fault minr",
            &[1, 1, 3],
        ),
        (
            "machine simple\nset tlb { | sett tga ppn |; | 0 3 4 | }\nset page_table { | vpm ppn |; | 0 1 | }",
            &[2, 2, 3],
        ),
        (
            "machine simple\nset page_table { | 0F 0D zz |; | 0A 09 1 | }",
            &[2],
        ),
        (
            "reference 1 2 3 { frames 2 }\nquestion \"Q\" { ask reference columns stpe falt }",
            &[2, 2],
        ),
        (
            "machine simple\nquestion \"Q\" { ask tlb columns sett tga ppn }",
            &[2, 2],
        ),
        (
            "question \"Q\" {\n  essay \"Why?\" space 3 KB\n  space 3 KB\n}",
            &[2, 3],
        ),
        // The order is that of the text, also with a program in another language.
        (
            "raed 5\nprogram p \"\"\"\nint main(void) { return a; }\n\"\"\"\nraed 6",
            &[1, 3, 5],
        ),
        // The second line says which process is meant.
        (
            "process P1; process P2\nswitch P2\nread 0x600000 => fault segmentation",
            &[2],
        ),
        // Without a suggestion, the machine is unknown.
        (
            "machine { virtual 12 bits, page 256 B, tlb { entries 3, policy xyz } }\nread 0 => foo 3",
            &[1],
        ),
    ] {
        assert_eq!(lines_of(script), lines, "{script}");
    }
}

/// Returns the lines of the errors in a script.
fn lines_of(script: &str) -> Vec<usize> {
    let checked = CheckedScript::from_text("a.pw", script, &mut OpenTexts::default());
    let line = |one: &Diagnostic| checked.sources.location(one.span).map(|(_, at)| at.line);
    checked.diagnostics.iter().filter_map(line).collect()
}

/// A line that is no statement hides only mistakes that it may cause.
#[test]
fn a_syntax_error_hides_no_mistake_of_another_statement() {
    let before = [
        "expect tlb.hit == 1",
        "read 0x40 => tlbb miss",
        "show basee + 1",
        "let z = yy + 1",
        "touch(3)",
        "set page_table { | vpn pnn |; | 0 1 | }",
    ];
    let after = [
        "set cache { | idx | tag v | b0 b1 |; | 5 | 0D 1 | 36 72 F0 | }",
        "read 0x40 => tlb mis",
        "reference 1 2 { frame 3 }",
    ];
    let broken = [
        "read 3D5 => tlb hit",
        "read 0x40 -> tlb hit",
        "for i in 0 to 8 { read i }",
        "for (i = 0; i < 8; i++) { read i }",
        "let y =",
        "read 0x40 =>",
        "}",
        "if tlb.hits = 2 { show tlb }",
        "let a := 3",
        "repeat 3 times { read 0x40 }",
        "let l = [1, 2",
        "expect tlb.hits == 1 && tlb.misses == 1",
    ];
    for broken in broken {
        let all = ["machine simple"].into_iter().chain(before).chain([broken]);
        let script: Vec<&str> = all.chain(after).collect();
        let expected: Vec<usize> = (2..=script.len()).collect();
        assert_eq!(lines_of(&script.join("\n")), expected, "{broken}");
    }
    // Names, machines, and processes that the line may declare are no mistakes.
    for caused in [
        "let a := 3\nshow a",
        "let a =\nshow a + 1",
        "for int i = 0 { }\nshow i",
        "def f(x {\n  show x\n}\nf(3)",
        "void f(int a) { }\nf(3)",
        "reference lru frames 3: 1 2 3\nexpect reference.faults == 3",
        "machine simple <<\nread 4 => tlb miss\nexpect tlb.misses == 1",
        "process P1 <<\nP1: let p = malloc(8)",
        "scenario \"a\" {\n  machine simple\n  let a = 3\n  if a == 3 {\n    show a\n  }\n}\n  show a + 1\n  read 4\n}",
    ] {
        assert_eq!(lines_of(caused).len(), 1, "{caused}");
    }
}

#[test]
fn a_wrong_machine_hides_no_mistake_in_its_overrides() {
    for base in ["\"none.yaml\"", "smple"] {
        let text = format!(
            "machine {base} {{\n  tlbb {{ entries 4 }}\n  page 63 B\n  tlb {{ entries 6, ways 3, polcy lru }}\n  cache L2 {{ ways 3 }}\n  cache L3 none\n}}\nread 0\n"
        );
        assert_eq!(lines_of(&text), [1, 2, 3, 4], "{base}");
    }
}

/// A mistake before the block of a statement hides no mistake in it, and gives the block the names of the head.
#[test]
fn a_wrong_head_hides_no_mistake_in_its_block() {
    for head in [
        "question \"x\" pts 3 {",
        "question x points 3 {",
        "scenario x {",
        "for i 0..3 {",
        "for i from 0 to 3 {",
        "if 1 = 1 {",
        "repeat 3 times {",
        "def f {",
        "def f i {",
    ] {
        let text = format!("machine simple\n{head}\n  reed 0\n  let x = y\n}}\nreed 5\n");
        assert_eq!(lines_of(&text), [2, 3, 4, 6], "{head}");
    }
    let names = "machine simple\nfor i from 0 to 3 {\n  read i\n}\ndef g a, b {\n  read a + b\n}\n";
    assert_eq!(lines_of(names), [2, 5]);
}

#[test]
fn a_file_that_cannot_be_read_declares_no_verbs() {
    let checked = CheckedScript::from_text(
        "a.pw",
        "include \"none.pw\"\nraed 0x10\ntouch(4)\n",
        &mut (),
    );
    let codes: Vec<_> = checked
        .diagnostics
        .iter()
        .map(|one| one.code.name())
        .collect();
    // It may contain the definition of `touch`.
    assert_eq!(codes, ["unreadable", "unknown-verb"]);
}

/// The name is unknown in the included file, however it is spelled.
#[test]
fn fixes_in_included_files_are_tried_with_the_whole_script() {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path
    };
    put("lib.pw", "let z = Foo + pagesize\n");
    let main = put("a.pw", "let page_size = 64\ninclude \"lib.pw\"\n");
    let checked = CheckedScript::from_path(&main);
    let fixes = checked
        .diagnostics
        .iter()
        .map(|one| one.fix.as_ref().map(|fix| &*fix.text));
    assert_eq!(fixes.collect::<Vec<_>>(), [None, Some("page_size")]);
}

/// A machine without the tables that its author set, and a machine that a question bank brings.
#[test]
fn a_machine_that_replaces_another_one_is_warned_about() {
    const BANK: &str = "machine simple\nquestion \"A\" { ask translate 0 => vpn }\n";
    const TABLES: &str = "machine simple\nset page_table { | vpn ppn |; | 0F 0D | }\n";
    let own = "machine { virtual 16 bits, physical 16 bits, page 256 B }";
    let question = "question \"B\" { ask translate 0x12 => vpn }";
    let folder = tempfile::tempdir().expect("a folder");
    for (included, script, lines) in [
        (
            BANK,
            format!("{own}\ninclude \"lib.pw\"\n{question}\n"),
            vec![2],
        ),
        (
            BANK,
            format!("include \"lib.pw\"\n{own}\n{question}\n"),
            vec![],
        ),
        (
            BANK,
            format!("{own}\ninclude \"lib.pw\"\n{own}\n{question}\n"),
            vec![],
        ),
        (BANK, format!("{own}\ninclude \"lib.pw\"\n"), vec![]),
        // The second file has a question without a machine.
        (
            BANK,
            format!("{own}\ninclude \"lib.pw\"\ninclude \"q.pw\"\n"),
            vec![2],
        ),
        (
            TABLES,
            format!("include \"lib.pw\"\n{own}\nread 0\n"),
            vec![2],
        ),
        (
            TABLES,
            format!("include \"lib.pw\"\nread 0\n{own}\nread 0\n"),
            vec![],
        ),
        (TABLES, "include \"lib.pw\"\nread 0\n".to_owned(), vec![]),
    ] {
        fs::write(folder.path().join("lib.pw"), included).expect("a file");
        fs::write(folder.path().join("q.pw"), question).expect("a file");
        let main = folder.path().join("a.pw");
        fs::write(&main, &script).expect("a file");
        let checked = CheckedScript::from_path(&main);
        let warned = checked.warnings.iter().map(|one| one.span);
        let found: Vec<usize> = warned
            .filter_map(|span| Some(checked.sources.location(span)?.1.line))
            .collect();
        assert_eq!(found, lines, "{script}{:?}", checked.warnings);
    }
}

/// These lines are valid, but hardly mean what their authors mean.
#[test]
fn lines_with_another_meaning_have_warnings() {
    for (script, line, part) in [
        (
            "let n = 4\nquestion \"Q\" {\n  text \"It makes $n accesses.\"\n  ask \"n\" = n\n}\n",
            3,
            "`$n` is printed literally",
        ),
        (
            "process P1\nlet a = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\nlet b = mremap(a, 4096, 4096, MAP_POPULATE)\n",
            3,
            "`MAP_POPULATE` is a value of `flags` of `mmap`, but this argument of `mremap` is `flags`",
        ),
        (
            "machine simple\nfor b in 0..4 { set page_table { | vpn ppn |; | b (b + 1) | } }\n",
            2,
            "this is the number 0xB, not the variable `b`",
        ),
        (
            "machine simple\nlet va = 0x3D4\nlet vpn = va / 64\nread va => vpn 15\n",
            3,
            "`/` keeps the fraction, but `vpn` is a whole number",
        ),
        (
            "machine simple\n#include \"base.pw\"\nread 0x100\n",
            2,
            "this line is a comment",
        ),
        (
            "reference 1 2 3 lru 3 { frames 3 }\n",
            1,
            "`lru` is a page here",
        ),
        (
            "reference 1 2 3 with 3 { frames 3 }\n",
            1,
            "`with` is a page here",
        ),
        (
            "let va = 549\nquestion \"Q\" {\n  text \"\"\"It reads 0x{va}.\"\"\"\n  ask \"n\" = va\n}\n",
            3,
            "a number in braces is printed in decimal",
        ),
        (
            "question \"Q\" {\n  text \"\"\"Look: ![the TLB](tlb.png)\"\"\"\n  ask \"n\" = 1\n}\n",
            2,
            "a text has no pictures",
        ),
        (
            "machine { virtual 16 bits, physical 16 bits, page 256 B, pte { size 2 B, valid 15, ppn 0..7 } }\n\
             set page_table { | vpn ppn rw us |; | 1 2 0 1 | }\n",
            2,
            "have no bit `rw`",
        ),
        (
            "machine { virtual 16 bits, physical 16 bits, page 256 B, pte { size 2 B, valid 15, ppn 0..7 } }\n\
             set cr3 = 0x100\nset pte 1 0x100 { ppn 2, xd 1 }\n",
            3,
            "have no bit `xd`",
        ),
        (
            "machine core-i7\nset pte 1 1 { ppn 2 }\n",
            2,
            "this address is not a multiple of 8",
        ),
        (
            "machine { virtual 16 bits, physical 16 bits, page 256 B, page_table { levels 2, bits 4 4, pte 4 B } }\nset pte 1 0x1004 { ppn 0x20 }\nread 0x1245 => fault page\n",
            2,
            "without `set cr3`, no walk reads this entry",
        ),
        (
            "machine { virtual 16 bits, physical 16 bits, page 256 B, page_table { levels 2, bits 4 4, pte 4 B } }\nset cr3 = 0x10\n",
            2,
            "CR3 is not a multiple of the size of the root table, 64 bytes",
        ),
        (
            "machine { physical 16 bits, memory { latency 100 ns }, cache { size 64 B, block 16 B, ways 1, latency 4 cycles } }\n",
            1,
            "this machine adds cycles and times",
        ),
        (
            "question \"Q\" { ask \"EAT\" = 0.9 * 100 + 0.1 * 200 ns unit ns }\n",
            1,
            "this adds a time to a number without a unit",
        ),
        (
            "question \"Q\" { ask \"EAT\" = 0.9 * 100 ns + 0.1 * 200 ns }\n",
            1,
            "the paper prints no unit",
        ),
        (
            "question \"Q\" {\n  ask \"T\" = 3 us + 100 ns\n}\n",
            2,
            "the answer is a time, but the paper prints no unit",
        ),
        (
            "question \"Q\" {\n  ask \"S\" = 2 * 4 KB\n}\n",
            2,
            "the answer is a size, but the paper prints no unit",
        ),
        (
            "machine core-i7\nset page_table { | vpn ppn |; | 0b1101 5 | }\n",
            2,
            "hexadecimal, so this is 0xB1101",
        ),
        (
            "program p \"\"\"\n  int a[64];\n  int main(void) { a[0] = 1; return 0; }\n\"\"\"\nreference p page 16 { frames 2 }\n",
            5,
            "`p` is a page here, not the program `p`",
        ),
        (
            "program p \"\"\"\n  int main(void) {\n    int x = 1;\n    if (x = 5) x++;\n    return x;\n  }\n\"\"\"\n",
            4,
            "this condition is an assignment, and always true",
        ),
        (
            "program p \"\"\"\n  int main(void) {\n    printf(\"%d\", 1, 2);\n    return 0;\n  }\n\"\"\"\n",
            3,
            "the format has no conversion for this value",
        ),
        (
            "machine core-i7\nquestion \"Q\" { ask translate 0x1234 => vpn[1], vpo }\n",
            2,
            "the level of a page table is a part of the fact's name",
        ),
        (
            "machine { physical 16 bits, cache L2 { sets 16, ways 4, block 16 B }, cache L1 { sets 4, ways 1, block 16 B } }\n",
            1,
            "an access reaches `L2` before `L1`",
        ),
        (
            "exam { instructions [\"Use a pen.\", \"Be brief.\"] }\nquestion \"Q\" { ask \"n\" = 1 }\n",
            1,
            "a list is printed with its brackets",
        ),
        (
            "machine simple\nquestion \"Q\" { ask translate 0x3D4 => ppn, cache }\n",
            2,
            "`translate` uses no cache, so the answer is always `-`",
        ),
        (
            "machine simple\nquestion \"Q\" { ask translate 0x3D4 => ppn, byte }\n",
            2,
            "`translate` reads no byte",
        ),
        (
            "machine simple\nquestion \"Q\" { ask write 0x3D4 = 1 => ppn, byte }\n",
            2,
            "`write` reads no byte",
        ),
        (
            "machine { virtual 16 bits, physical 14 bits, page 256 B }\nquestion \"Q\" { ask read 0x3D4 => vpn, ci }\n",
            2,
            "this machine has no cache, so the answer is always `-`",
        ),
        (
            "machine { virtual 16 bits, physical 14 bits, page 256 B }\nquestion \"Q\" { ask read 0x3D4 => tlbi }\n",
            2,
            "this machine has no TLB, so the answer is always `-`",
        ),
        (
            "let va = 549\nquestion \"Q\" {\n  text \"\"\"It reads $va.\"\"\"\n  ask \"n\" = va\n}\n",
            3,
            "`$va` is printed literally",
        ),
        (
            "question \"Q\" {\n  text \"Compute $4 \\times 2$.\"\n  ask \"n\" = 8\n}\n",
            2,
            "has no `\\times`",
        ),
        (
            "question \"Q\" {\n  text \"It costs $5 or $6, and $x_1$.\"\n  ask \"n\" = 8\n}\nquestion \"R\" {\n  text \"\"\"There are $2^14$ bytes.\"\"\"\n  ask \"n\" = 8\n}\n",
            6,
            "`$2^14$` prints its dollars",
        ),
        (
            "machine simple\nread 0x3D4 size 4 => byte 0x1DF07236\n",
            2,
            "a byte is at most 0xFF",
        ),
        (
            "machine { physical 16 bits, memory { latency 100 ns }, cache { size 64 B, block 4 B, direct-mapped, latency 4 } }\n",
            1,
            "this machine adds cycles and times",
        ),
        (
            "machine simple\nquestion \"Q\" {\n  given page_table\n  ask translate 0x29D => ppn\n}\nset page_table { | vpn ppn |; | 0A 09 | }\n",
            3,
            "the page table is empty here",
        ),
        (
            "machine { virtual 32 bits, physical 32 bits, page 4 KB, page_table { levels 10/10 } }\n",
            1,
            "`levels` is the number of the levels",
        ),
        (
            "machine core-i7\nprocess P\nP: read 0x10 => copied 1\n",
            3,
            "`copied` is never `1`",
        ),
        (
            "machine core-i7\nprocess P\nP: let fd = open(\"data.txt\", O_RDONLY)\n",
            3,
            "no `file` declares `data.txt`",
        ),
        (
            "question \"Q\" {\n  choose va in [0x40, 0x3FFF]\n  ask \"n\" = va\n}\n",
            2,
            "this is a list of two values",
        ),
    ] {
        let checked = CheckedScript::from_text("a.pw", script, &mut ());
        assert_eq!(checked.diagnostics, [], "{script}");
        let warned = checked
            .warnings
            .iter()
            .find(|one| one.message.contains(part));
        let place = warned.and_then(|one| Some(checked.sources.location(one.span)?.1.line));
        assert_eq!(place, Some(line), "{script}{:?}", checked.warnings);
    }
    // Letters name pages, and a comment may quote C.
    for script in [
        "reference A B lru { frames 2 }\n",
        "machine core-i7\nset pte 1 0x1008 { ppn 2 }\n",
        "machine core-i7\nset cr3 = 0x1000\nset pte 1 0x1008 { ppn 2 }\nread 0 => fault page\n",
        "machine core-i7 { virtual 32 bits, physical 40 bits, page_table { bits 10 10 } }\nset cr3 = 0x1000\n",
        "machine { physical 16 bits, memory { latency 100 ns }, cache { size 64 B, block 16 B, ways 1, latency 4 ns } }\n",
        "question \"Q\" { ask \"EAT in ns\" = 0.9 * 100 ns + 0.1 * 200 ns }\n",
        "question \"Q\" { ask \"speedup\" = 100 ns / 20 ns }\n",
        "let t = 4\nshow t + 100 ns\n",
        "machine simple\nset page_table { | vpn ppn |; | 0b 5 | }\n",
        "machine core-i7\nset page_table { | vpn ppn |; | 0a101 1 |; | 0b101 2 | }\n",
        "question \"Q\" { ask \"AMAT in cycles\" = 1 cycle + 0.05 * 100 cycles }\n",
        "question \"Q\" { ask \"How many ns\" = 3 us }\n",
        "question \"Q\" { ask \"How many bytes\" = 2 * 4 KB }\n",
        "question \"Q\" { ask \"Size (KB)\" = 8 KB / 1 KB; ask \"Pages\" = 64 KB / 4 KB }\n",
        "question \"Q\" { text \"Give times in ns.\"; ask \"t\" = 5 ns }\n",
        "question \"Q\" { text \"It writes trace_{pid}.log.\"; ask \"n\" = 5 }\n",
        "machine { physical 16 bits, cache L2 { sets 4, ways 1, block 4 B }, cache L16k { sets 4, ways 1, block 4 B } }\n",
        "machine core-i7 { cache L2 { latency 12 }, cache L1d { latency 4 } }\n",
        "program A \"\"\"\nint main(void) { return 0; }\n\"\"\"\nreference A B C A B D { frames 3 }\n",
        "machine simple\n# In C: #include \"csapp.h\"\nread 0x100\n",
        "machine simple\nquestion \"Q\" { ask translate 0x3D4 => ppn, ci, ct }\n",
        "machine { physical 14 bits, cache { sets 4, ways 1, block 4 B } }\nquestion \"Q\" { ask read 0x3D4 => ci, cache, byte }\n",
        "machine simple\nquestion \"Q\" { ask translate 0x3D4 => vpn, vpo; ask translate 0x3D4 => tlbi, tlbt }\n",
        "let va = 549\nquestion \"Q\" {\n  text \"\"\"It costs $5 or $6.\"\"\"\n  text \"\"\"It costs $5.\"\"\"\n  ask \"n\" = va\n}\n",
        "question \"Q\" {\n  choose mask in [0xFFF, 0xFFFF]\n  ask \"n\" = mask\n}\n",
        "let n = 3\nquestion \"Q\" {\n  text \"\"\"Type `echo $n` here.\"\"\"\n  ask \"n\" = n\n}\n",
        "machine { virtual 32 bits, physical 32 bits, page 4 KB, page_table { levels 4/2 } }\n",
        "machine core-i7\nfile \"f\" { size 8 KB }\nprocess P\nP: let fd = open(\"f\", O_RDONLY)\n",
        "machine core-i7\nprocess P\nP: let fd = open(\"none\", O_RDONLY) => error ENOENT\n",
        "question \"Q\" {\n  text \"The price is 5$, not 6$. In make, $(A)/$(B); SYS$QIO$, C:\\\\text\\\\item, ext3\\text4.\"\n  ask \"n\" = 8\n}\n",
        "machine { physical 16 bits, memory { latency 100 ns }, cache { size 64 B, block 4 B, direct-mapped, latency 0 } }\n",
        "question \"Q\" { text \"How many bytes?\"; ask \"Table\" = 4 KB }\n",
        "question \"Q\" { ask \"Next page\" = 0x1000 + 4 KB }\n",
        "machine core-i7\nread 0x10\nmachine simple\nshow last.L2\n",
        "question \"Q\" {\n  choose page in [64, 4096]\n  ask \"n\" = page\n}\n",
    ] {
        let checked = CheckedScript::from_text("a.pw", script, &mut ());
        assert_eq!(checked.warnings, [], "{script}");
    }
}

#[test]
fn a_machine_with_a_mistake_causes_no_warnings() {
    let machine = "machine { virtual 14 bits, physical 12 bits, page 64 B\n  tlb { entries 8 }";
    let question = "question \"Q\" {\n  ask read 0x10 => tlb, cache\n}\n";
    let checked = |comma: &str| {
        let script =
            format!("{machine}{comma} cache {{ size 64 B, block 4 B, ways 1 }} }}\n{question}");
        CheckedScript::from_text("a.pw", &script, &mut ())
    };
    let wrong = checked("");
    assert_eq!((wrong.diagnostics.len(), wrong.warnings), (1, Vec::new()));
    assert!(checked(",").is_free_of_messages());
    // Warnings about a complete machine remain.
    let script = format!("machine {{ physical 12 bits }}\n{question}");
    let checked = CheckedScript::from_text("a.pw", &script, &mut ());
    assert_eq!(checked.warnings.len(), 2, "{:?}", checked.warnings);
}

#[test]
fn a_leading_zero_is_not_octal() {
    for (script, help) in [
        (
            "machine simple\nread 0600\n",
            "write `600`; hexadecimal is `0x600`, and the octal `0600` of C is `0x180`",
        ),
        (
            "machine simple\nread 089\n",
            "write `89`; hexadecimal is `0x89`",
        ),
    ] {
        let checked = CheckedScript::from_text("a.pw", script, &mut ());
        assert_eq!(checked.warnings[0].help.as_deref(), Some(help));
    }
}
