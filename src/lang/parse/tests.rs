use super::*;

#[test]
fn first_script() {
    let text = r"# Bryant & O'Hallaron's simple memory system
machine {
  virtual  14 bits
  physical 12 bits
  page     64 B
  tlb   { entries 16, ways 4 }
  cache { lines 16, block 4 B, direct-mapped }
}

set page_table {
  | vpn ppn v | vpn ppn v |
  | 00  28  1 | 08  13  1 |
  | 01  -   0 | 09  17  1 |
}
set tlb {
  | set | tag ppn v | tag ppn v | tag ppn v | tag ppn v |
  |  0  | 03  -   0 | 09  0D  1 | 00  -   0 | 07  02  1 |
}
set cache {
  | idx | tag v | b0 b1 b2 b3 |
  |  0  | 19  1 | 99 11 23 11 |
  |  1  | 15  0 | -  -  -  -  |
}

read 0x03D4 => vpn 0x0F, tlbi 3, tlbt 0x03, tlb hit, fault none, ppn 0x0D
            => pa 0x354, co 0, ci 5, ct 0x0D, cache hit, byte 0x36
";
    let Parsed { body, diagnostics, .. } = parse(0, text, &mut ());
    assert_eq!(diagnostics, []);
    assert_eq!(body.len(), 5);
    println!("{body:#?}");
}
