//! All statements of the language, on one line each.

use super::*;

#[test]
fn accesses() {
    each_means(
        r"
read 0x28F size 4                        ->  read 655 size 4
read(x)                                  ->  read x
read (x)+4 size 2                        ->  read (x + 4) size 2
read(x)+4                                ->  read (x + 4)
write(x) = 5                             ->  write x = 5
write 0x10 = 5 size 2                    ->  write 16 = 5 size 2
write a + 1 = b + 2 size n               ->  write (a + 1) = (b + 2) size n
read -8                                  ->  read (-8)
fetch 0x400000                           ->  fetch 4194304
translate x for write by user            ->  translate x for write by user
translate va for execute by supervisor   ->  translate va for execute by supervisor
flush tlb L2TLB                          ->  flush tlb L2TLB
invlpg 0x1000                            ->  invlpg 4096
core 2                                   ->  core 2
seed 42                                  ->  seed 42
swap out P1 VA                           ->  swap out P1 VA
reclaim 4 pages                          ->  reclaim 4
reclaim n pages                          ->  reclaim n pages
ksm scan                                 ->  ksm scan
tick                                     ->  tick
show tlb L2TLB                           ->  show tlb L2TLB
show (tlb).hits                          ->  show tlb.hits
show x + 1 y                             ->  show (x + 1) y
",
    );
}

#[test]
fn system_calls_and_definitions_called() {
    each_means(
        r"
f(1, 2)                 ->  f!(1, 2)
f()                     ->  f!()
exit(0)                 ->  exit!(0)
P1: write(1, buf, 13)   ->  P1: { write!(1, buf, 13) }
P1: read(fd, b, 4) => returns 4  ->  P1: { read!(fd, b, 4) => returns 4 }
mmap(NULL, n, A | B, C, fd, 0) => error none  ->  mmap!(NULL, n, (A | B), C, fd, 0) => error none
f (1)                   ->  f 1
",
    );
}

#[test]
fn settings_of_every_shape() {
    each_means(
        r#"
machine core-i7                      ->  machine core-i7
machine "file.yaml"                  ->  machine "file.yaml"
machine { }                          ->  machine {}
machine simple { cache none, tlb { ways 2 } }  ->  machine simple {cache none, tlb {ways 2}}
machine { virtual 48 bits ; page 4 KB⏎ physical 52 bits, }  ->  machine {virtual 48, page 4096, physical 52}
machine {⏎⏎  tlb L2 { entries 1536, ways w } , , cores 4⏎}  ->  machine {tlb L2 {entries 1536, ways w}, cores 4}
machine { page_table { levels 4, bits 9 9 9 9, pte 8 B, walk cached } }  ->  machine {page_table {levels 4, bits 9 9 9 9, pte 8, walk cached}}
machine { pte { size 1 B, valid 7, ppn 0..6, little-endian } }  ->  machine {pte {size 1, valid 7, ppn (0..6), little-endian}}
kernel { frames 8, swap 4 slots, zero-page on, stack-top 0x7FF0 }  ->  kernel {frames 8, swap 4, zero-page on, stack-top 32752}
kernel { fault-around 16 pages }     ->  kernel {fault-around 16}
exam { title "x" }                   ->  exam {title "x"}
set pte 1 0x1000 { ppn 0x12, p 1, rw 0 }  ->  set pte 1 4096 {ppn 18, p 1, rw 0}
set pte k (base + 8) = 1             ->  set pte k (base + 8) = 1
set cr3 = 0x1000                     ->  set cr3 = 4096
file "big" { size 8 KB, fill 0x41 }  ->  file "big" {size 8192, fill 65}
file "data.txt" = "hello, world\n"  ->  file "data.txt" = "hello, world\n"
process P1                           ->  process P1
"#,
    );
}

#[test]
fn processes_in_front_and_around() {
    each_means(
        r#"
P1: read buf => fault file, byte 'h'   ->  P1: { read buf => fault file, byte 104 }
P1: let fd = open("d", O_RDONLY)       ->  P1: { let fd = open("d", O_RDONLY) }
P1 : read 1                            ->  P1: { read 1 }
P1 { }                                 ->  P1: {  }
P1 { let child = fork() ; write buf = 'j' => fault protection, signal SIGSEGV }  ->  P1: { let child = fork() ; write buf = 106 => fault protection, signal SIGSEGV }
P1: if a { read 1 }                    ->  P1: { if a { read 1 } }
child: exit(0)                         ->  child: { exit!(0) }
P1: expect byte(p) == 'j'              ->  P1: { expect (byte(p) == 106) }
"#,
    );
}

#[test]
fn facts_and_claims() {
    each_means(
        r#"
read 1 => tlb hit, fault not none, va in 0..64, ppn ?  ->  read 1 => tlb hit, fault not none, va in (0..64), ppn ?
read 1 => vpn 1⏎  => ppn 2 => pa 3, co 4     ->  read 1 => vpn 1, ppn 2, pa 3, co 4
read 1 => L1d.index 3, pte4.value 0x10        ->  read 1 => L1d.index 3, pte4.value 16
read 1 => swapped-out yes, fault demand-zero  ->  read 1 => swapped-out yes, fault demand-zero
read 1 => vpn, tlbi                           ->  read 1 => vpn, tlbi
f() => returns -1                             ->  f!() => returns (-1)
read 1 => vpn x + 1, cycles 10 ns             ->  read 1 => vpn (x + 1), cycles 10
read 1 => frame (a)                           ->  read 1 => frame a
read 1 => value "ab"                          ->  read 1 => value "ab"
let x = f() => error none                     ->  let x = f() => error none
"#,
    );
}

#[test]
fn state() {
    each_means(
        r#"
expect a == b                          ->  expect (a == b)
expect not x in 0..4                   ->  expect (!(x in (0..4)))
expect exactly tlb dTLB { | set | }    ->  expect exactly tlb dTLB {|set|}
expect P1.stdout == "hello"            ->  expect (P1.stdout == "hello")
expect P1.maps { | start |⏎ | 400000 | }  ->  expect P1.maps {|start|, |400000|}
show layout P1                         ->  show layout P1
"#,
    );
}

#[test]
fn loops_branches_and_scopes() {
    each_means(
        r#"
for x in 0..4 { read x }          ->  for x in (0..4) { read x }
for x in [1, 2] { }               ->  for x in [1, 2] {  }
repeat 3 { read 1; read 2 }       ->  repeat 3 { read 1 ; read 2 }
if a { read 1 }                   ->  if a { read 1 }
if a { read 1 } else { read 2 }   ->  if a { read 1 } else { read 2 }
if a { } else if b { } else { }   ->  if a {  } else { if b {  } else {  } }
def f() { read 1 }                ->  def f() { read 1 }
def f(a, b) {⏎read a⏎}          ->  def f(a, b) { read a }
scenario "A B" { machine simple; read 1 }  ->  scenario "A B" { machine simple ; read 1 }
include "other.pw"                ->  include "other.pw" {  }
"#,
    );
}

#[test]
fn probes_and_choices() {
    each_means(
        r"
probe x                   ->  probe x
probe 0x10 + 4            ->  probe (16 + 4)
probe read x size 4       ->  probe <read x size 4>
probe read(x)             ->  probe <read x>
probe read (x) + 4        ->  probe <read (x + 4)>
probe read -8             ->  probe <read (-8)>
probe write x = 5         ->  probe <write x = 5>
probe f(1, 2)             ->  probe f(1, 2)
probe read(fd, buf, 2)    ->  probe read(fd, buf, 2)
probe P1: translate x for write => tlb hit  ->  probe P1: <translate x for write> => tlb hit
probe P1: x               ->  probe P1: x
choose x in 0..4          ->  choose x in (0..4)
choose x in xs where x % 2 == 0 where x > 3  ->  choose x in xs where ((x % 2) == 0) where (x > 3)
choose x in 0..4 where read x => tlb miss, fault none  ->  choose x in (0..4) where <read x> => tlb miss, fault none
choose x in 0..4 where P1: x => tlb miss where x != 2  ->  choose x in (0..4) where P1: x => tlb miss where (x != 2)
choose x in 0..4⏎  where not x in 1..2⏎  where read(x) => tlb hit  ->  choose x in (0..4) where (!(x in (1..2))) where <read x> => tlb hit
",
    );
}

#[test]
fn reference_strings() {
    each_means(
        r#"
reference 7 0 1 { frames 3 }           ->  reference 7 0 1 {frames 3}
reference 1 s 2 { frames 1 }           ->  reference 1 s 2 {frames 1}
reference a, b, c { frames 1 }         ->  reference a b c {frames 1}
reference 07 0A x-y { }                ->  reference 07 0A x-y {}
reference 1 2                          ->  reference 1 2
reference [7, f(x), 0..4] { frames 3 } ->  reference [7, f(x), (0..4)] {frames 3}
reference 1 2 { holding [a, b], writes [1], tick 3 } => faults 2, trace "mm", resident [1, 2], rate 1  ->  reference 1 2 {holding [a, b], writes [1], tick 3} => faults 2, trace "mm", resident [1, 2], rate 1
choose n in 0..9 where reference [n, 1] { frames 1 } => faults 2  ->  choose n in (0..9) where reference [n, 1] {frames 1} => faults 2
reference 1 2 { replacement optimal lookahead 3 }  ->  reference 1 2 {replacement optimal lookahead 3}
reference 1 2 { replacement working-set, window 4 }  ->  reference 1 2 {replacement working-set, window 4}
replay "file.trace" format lackey straddle split => accesses 5, L1d.misses 2  ->  replay "file.trace" format lackey straddle split => accesses 5, L1d.misses 2
"#,
    );
}

#[test]
fn keywords_are_reserved_only_in_their_places() {
    each_means(
        r"
let read = 3                    ->  let read = 3
let for = 3                     ->  let for = 3
let page = machine + else       ->  let page = (machine + else)
read let size if                ->  read let size if
for tlb in repeat { read tlb }  ->  for tlb in repeat { read tlb }
for: read 1                     ->  for: { read 1 }
def probe(if) { }               ->  def probe(if) {  }
forever 1                       ->  forever 1
for-each 1                      ->  for-each 1
let inside = 1                  ->  let inside = 1
let x = and-then or nothing     ->  let x = (and-then or nothing)
",
    );
}

#[test]
fn questions() {
    each_means(
        r#"
question "A" points 14 { text "x"; part "a" { ask read va => vpn, ppn radix hex points 2 } }  ->  question "A" points 14 { text "x" ; part "a" { ask <read va> radix hex points 2 => vpn, ppn } }
question "A" { ask probe va => fault page, points points 2 }  ->  question "A" { ask probe va points 2 => fault page, points }
ask "L" = 1 + 2 unit B points 3   ->  ask "L" = (1 + 2) unit B points 3
ask tlb L2 columns tag v points 1 ->  ask tlb L2 columns tag v points 1
ask x in 0..4 where x > 2 radix decimal  ->  ask x in (0..4) where (x > 2) radix decimal
given page_table, tlb L2          ->  given page_table, tlb L2
part(1)                           ->  part!(1)
part: read 0                      ->  part: { read 0 }
let ask = given                   ->  let ask = given
"#,
    );
}
