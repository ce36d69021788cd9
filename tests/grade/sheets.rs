//! Twenty fictional answer sheets for the address-translation exam, with the points that a careful grader
//! would give according to the textbook's tables. All values were calculated by hand. The offset has 6 bits,
//! the TLB index is VPN mod 4, and the TLB tag is VPN div 4. CO is PA mod 4, CI is PA div 4 mod 16, and CT is
//! PA div 64.

/// The right answers. Part a reads 0x3D6, part b 0x2BA, and part c 0x05F.
///
/// - a: VPN 0F. Set 3 of the TLB has tag 03 with PPN 0D, so PA is 0D‖16 = 356. Set 5 of the cache has tag 0D
///   with 36 72 F0 1D, so byte 2 is F0.
/// - b: VPN 0A. The entry with tag 02 in set 2 is not valid. The page table gives PPN 09, so PA is 09‖3A = 27A.
///   Set E of the cache has a different tag.
/// - c: VPN 01. Set 1 of the TLB has no entry for this page, and the page is not present.
pub const KEY: &[(&str, &str)] = &[
    ("1a.vpn", "0x0F"),
    ("1a.tlbi", "0x3"),
    ("1a.tlbt", "0x03"),
    ("1a.tlb", "Y"),
    ("1a.fault", "N"),
    ("1a.ppn", "0x0D"),
    ("1a.pa", "0x356"),
    ("1a.co", "0x2"),
    ("1a.ci", "0x5"),
    ("1a.ct", "0x0D"),
    ("1a.cache", "Y"),
    ("1a.byte", "0xF0"),
    ("1b.vpn", "0x0A"),
    ("1b.tlbi", "0x2"),
    ("1b.tlbt", "0x02"),
    ("1b.tlb", "N"),
    ("1b.fault", "N"),
    ("1b.ppn", "0x09"),
    ("1b.pa", "0x27A"),
    ("1b.co", "0x2"),
    ("1b.ci", "0xE"),
    ("1b.ct", "0x09"),
    ("1b.cache", "N"),
    ("1b.byte", "-"),
    ("1c.vpn", "0x01"),
    ("1c.tlbi", "0x1"),
    ("1c.tlbt", "0x00"),
    ("1c.tlb", "N"),
    ("1c.fault", "Y"),
    ("1c.ppn", "-"),
    ("1c.pa", "-"),
    ("1c.co", "-"),
    ("1c.ci", "-"),
    ("1c.ct", "-"),
    ("1c.cache", "-"),
    ("1c.byte", "-"),
    ("2.1", "512"),
    ("2.2", "1024"),
    ("2.3", "0x5F"),
    ("2.4", "A"),
    ("2.5", "they go to different sets"),
    ("2.5 points", "5"),
];

/// A sheet, with its differences from the key and their cost.
pub struct Made {
    /// The student.
    pub id: &'static str,
    /// The answers that replace answers in the key.
    pub instead: &'static [(&'static str, &'static str)],
    /// The fields that lose points, with the numbers of points.
    pub lost: &'static [(&'static str, u64)],
}

/// The sheets. The paper is worth 50 points: 36 blanks with 1 point each, and then 2, 2, 3, 2, and 5 points.
pub const SHEETS: &[Made] = &[
    // All answers are correct.
    Made {
        id: "all-right",
        instead: &[],
        lost: &[],
    },
    // Students' spellings: without zeros or prefixes, in lowercase, as words, or in other units.
    Made {
        id: "spelled",
        instead: &[
            ("1a.vpn", "f"),
            ("1a.tlbi", "3"),
            ("1a.tlbt", "3h"),
            ("1a.tlb", "hit"),
            ("1a.fault", "no"),
            ("1a.ppn", "0D"),
            ("1a.pa", "0x0356"),
            ("1a.ct", "d"),
            ("1a.cache", "yes"),
            ("1a.byte", "F 0"),
            ("1b.tlb", "miss"),
            ("1b.byte", "n/a"),
            ("1c.vpn", "1"),
            ("1c.tlbt", "0"),
            ("1c.fault", "page fault"),
            ("1c.ppn", "–"),
            ("1c.cache", "none"),
            ("2.1", "0.5 KB"),
            ("2.2", "1,024 bytes"),
            ("2.3", "5f"),
            ("2.4", "The low ones"),
        ],
        lost: &[],
    },
    // Only the VPN is wrong. The later answers follow from the correct VPN.
    Made {
        id: "vpn-alone",
        instead: &[("1a.vpn", "3D")],
        lost: &[("1a.vpn", 1)],
    },
    // The VPN is 0E, and the later answers follow from it. Set 2 has no valid entry with tag 3. The page
    // table has 11 for page 0E, so PA is 11‖16 = 456. Set 5 has tag 0D instead of 11, so the byte is missing.
    // One mistake costs one point.
    Made {
        id: "vpn-carried",
        instead: &[
            ("1a.vpn", "0E"),
            ("1a.tlbi", "2"),
            ("1a.tlb", "N"),
            ("1a.ppn", "11"),
            ("1a.pa", "456"),
            ("1a.ct", "11"),
            ("1a.cache", "N"),
            ("1a.byte", "-"),
        ],
        lost: &[("1a.vpn", 1)],
    },
    // VPN and VPO are swapped. VPN 16 (binary 010110) gives set 2 and tag 5, so the lookup misses. Page 16 is
    // not listed, so the access faults. The set, the tag, the miss, and the fault follow from page 16. The
    // dashes after the fault show no work.
    Made {
        id: "swapped",
        instead: &[
            ("1a.vpn", "16"),
            ("1a.tlbi", "2"),
            ("1a.tlbt", "5"),
            ("1a.tlb", "N"),
            ("1a.fault", "Y"),
            ("1a.ppn", "-"),
            ("1a.pa", "-"),
            ("1a.co", "-"),
            ("1a.ci", "-"),
            ("1a.ct", "-"),
            ("1a.cache", "-"),
            ("1a.byte", "-"),
        ],
        lost: &[
            ("1a.vpn", 1),
            ("1a.ppn", 1),
            ("1a.pa", 1),
            ("1a.co", 1),
            ("1a.ci", 1),
            ("1a.ct", 1),
            ("1a.cache", 1),
            ("1a.byte", 1),
        ],
    },
    // TLB tag and TLB index are swapped: set 0 and tag 1. Both blanks are wrong. Set 0 has no tag 1, so the
    // lookup still misses.
    Made {
        id: "tag-and-index",
        instead: &[("1c.tlbi", "0"), ("1c.tlbt", "1")],
        lost: &[("1c.tlbi", 1), ("1c.tlbt", 1)],
    },
    // The student overlooks the hit. The page table gives the same PPN.
    Made {
        id: "hit-not-seen",
        instead: &[("1a.tlb", "N")],
        lost: &[("1a.tlb", 1)],
    },
    // The student treats the entry with tag 2 in set 2 as valid. The PPN is still correct.
    Made {
        id: "invalid-entry",
        instead: &[("1b.tlb", "Y")],
        lost: &[("1b.tlb", 1)],
    },
    // The student uses PPN 17, which belongs to page 09. PA is then 17‖16 = 5D6, with set 5 and tag 17, which
    // gives no hit and no byte.
    Made {
        id: "ppn-carried",
        instead: &[
            ("1a.ppn", "17"),
            ("1a.pa", "5D6"),
            ("1a.ct", "17"),
            ("1a.cache", "N"),
            ("1a.byte", "-"),
        ],
        lost: &[("1a.ppn", 1)],
    },
    // The student makes two mistakes: PPN 17 with its PA, and a tag that belongs to neither PA. No set has
    // tag 1D, so the miss and the dash are consistent.
    Made {
        id: "ppn-and-tag",
        instead: &[
            ("1a.ppn", "17"),
            ("1a.pa", "5D6"),
            ("1a.ct", "1D"),
            ("1a.cache", "N"),
            ("1a.byte", "-"),
        ],
        lost: &[("1a.ppn", 1), ("1a.ct", 1)],
    },
    // The student does not shift the PPN: 0D + 16 = 23. CO is 3, CI is 8, and CT is 0, but set 8 has tag 24.
    Made {
        id: "not-shifted",
        instead: &[
            ("1a.pa", "023"),
            ("1a.co", "3"),
            ("1a.ci", "8"),
            ("1a.ct", "0"),
            ("1a.cache", "N"),
            ("1a.byte", "-"),
        ],
        lost: &[("1a.pa", 1)],
    },
    // The student makes two mistakes: VPN 0E as above, and PA 457, although 456 follows from that VPN. CO 3,
    // CI 5, and CT 11 follow from 457.
    Made {
        id: "two-mistakes",
        instead: &[
            ("1a.vpn", "0E"),
            ("1a.tlbi", "2"),
            ("1a.tlb", "N"),
            ("1a.ppn", "11"),
            ("1a.pa", "457"),
            ("1a.co", "3"),
            ("1a.ct", "11"),
            ("1a.cache", "N"),
            ("1a.byte", "-"),
        ],
        lost: &[("1a.vpn", 1), ("1a.pa", 1)],
    },
    // The student answers CO 3 and byte 3 of the block, which is 1D.
    Made {
        id: "offset-carried",
        instead: &[("1a.co", "3"), ("1a.byte", "1D")],
        lost: &[("1a.co", 1)],
    },
    // CO is correct, but the byte is another byte of the block, so no earlier mistake explains it.
    Made {
        id: "wrong-byte",
        instead: &[("1a.byte", "72")],
        lost: &[("1a.byte", 1)],
    },
    // The tag is 0C, but set 5 has tag 0D, so a miss and a missing byte follow.
    Made {
        id: "cache-tag",
        instead: &[("1a.ct", "0C"), ("1a.cache", "N"), ("1a.byte", "-")],
        lost: &[("1a.ct", 1)],
    },
    // Index and tag are correct, but the student overlooks the hit. The dash for the byte follows from the
    // miss, so it shows no work and gets no points.
    Made {
        id: "miss-said",
        instead: &[("1a.cache", "N"), ("1a.byte", "-")],
        lost: &[("1a.cache", 1), ("1a.byte", 1)],
    },
    // The student answers with a page fault, but the TLB hits. The fault and the dashes after it show no
    // work.
    Made {
        id: "fault-said",
        instead: &[
            ("1a.fault", "Y"),
            ("1a.ppn", "-"),
            ("1a.pa", "-"),
            ("1a.co", "-"),
            ("1a.ci", "-"),
            ("1a.ct", "-"),
            ("1a.cache", "-"),
            ("1a.byte", "-"),
        ],
        lost: &[
            ("1a.fault", 1),
            ("1a.ppn", 1),
            ("1a.pa", 1),
            ("1a.co", 1),
            ("1a.ci", 1),
            ("1a.ct", 1),
            ("1a.cache", 1),
            ("1a.byte", 1),
        ],
    },
    // The student makes two mistakes: overlooking the page fault and inventing a PPN for page 01. PA 28‖1F =
    // A1F, CO 3, CI 7, CT 28, the miss, and the missing byte follow from PPN 28.
    Made {
        id: "fault-not-seen",
        instead: &[
            ("1c.fault", "N"),
            ("1c.ppn", "28"),
            ("1c.pa", "A1F"),
            ("1c.co", "3"),
            ("1c.ci", "7"),
            ("1c.ct", "28"),
            ("1c.cache", "N"),
            ("1c.byte", "-"),
        ],
        lost: &[("1c.fault", 1), ("1c.ppn", 1)],
    },
    // An empty blank is not accepted as a dash, because the paper requires a dash.
    Made {
        id: "empty-for-dash",
        instead: &[
            ("1c.ppn", ""),
            ("1c.pa", ""),
            ("1c.co", ""),
            ("1c.ci", ""),
            ("1c.ct", ""),
            ("1c.cache", ""),
            ("1c.byte", ""),
        ],
        lost: &[
            ("1c.ppn", 1),
            ("1c.pa", 1),
            ("1c.co", 1),
            ("1c.ci", 1),
            ("1c.ct", 1),
            ("1c.cache", 1),
            ("1c.byte", 1),
        ],
    },
    // In the second question, the student gives half the entries, an address that does not fault, and the
    // wrong option. The essay gets 2 of 5 points.
    Made {
        id: "second-question",
        instead: &[
            ("2.1", "256"),
            ("2.3", "0x3D6"),
            ("2.4", "B"),
            ("2.5 points", "2"),
        ],
        lost: &[("2.1", 2), ("2.3", 3), ("2.4", 2), ("2.5", 3)],
    },
];
