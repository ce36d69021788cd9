//! Twenty made-up answer sheets for the exam of address translation, with the points of a careful grader by the
//! textbook's tables. Everything here was worked out by hand: 6 bits of offset, TLB index VPN mod 4, TLB tag VPN div 4; CO is
//! PA mod 4, CI is PA div 4 mod 16, CT is PA div 64.

/// The right answers. Part a reads 0x3D6, b 0x2BA, c 0x05F.
///
/// a: VPN 0F, set 3 of the TLB has tag 03 with PPN 0D; PA 0D‖16 = 356; set 5 has tag 0D: 36 72 F0 1D, byte 2 is F0.
/// b: VPN 0A, set 2 has tag 02, but it is not valid; the page table has 09; PA 09‖3A = 27A; set E has another tag.
/// c: VPN 01, not in set 1, and not present.
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

/// A sheet: its differences from the key, and their cost.
pub struct Made {
    /// The student.
    pub id: &'static str,
    /// The answers that replace those of the key.
    pub instead: &'static [(&'static str, &'static str)],
    /// The fields that lose points, and how many.
    pub lost: &'static [(&'static str, u64)],
}

/// The sheets. The paper is worth 50 points: 36 blanks of 1, then 2, 2, 3, 2 and 5.
pub const SHEETS: &[Made] = &[
    // All answers are correct.
    Made { id: "all-right", instead: &[], lost: &[] },
    // Spellings of students: without zeros or prefixes, in lowercase, in words, in other units.
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
    Made { id: "vpn-alone", instead: &[("1a.vpn", "3D")], lost: &[("1a.vpn", 1)] },
    // VPN 0E, and all that follows from it: set 2, tag 3, which is not valid there; the page table has 11 for page 0E; PA
    // 11‖16 = 456, set 5 has tag 0D and not 11, so there is no byte. One mistake, one point.
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
    // VPN and VPO swapped: VPN 16 (binary 010110), so set 2, tag 5, no hit; page 16 is not listed, a page fault, and nothing
    // after it. All of that follows from page 16.
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
        lost: &[("1a.vpn", 1)],
    },
    // TLB tag and TLB index swapped: set 0, tag 1. Both blanks are wrong; there is no tag 1 in set 0, so it is a miss anyway.
    Made {
        id: "tag-and-index",
        instead: &[("1c.tlbi", "0"), ("1c.tlbt", "1")],
        lost: &[("1c.tlbi", 1), ("1c.tlbt", 1)],
    },
    // The hit is missed. The page table gives the same PPN.
    Made { id: "hit-not-seen", instead: &[("1a.tlb", "N")], lost: &[("1a.tlb", 1)] },
    // The entry of set 2 with tag 2 is treated as valid. The PPN is still correct.
    Made { id: "invalid-entry", instead: &[("1b.tlb", "Y")], lost: &[("1b.tlb", 1)] },
    // PPN 17 (that of page 09), then PA 17‖16 = 5D6 for that PPN, set 5, tag 17: no hit, no byte.
    Made {
        id: "ppn-carried",
        instead: &[("1a.ppn", "17"), ("1a.pa", "5D6"), ("1a.ct", "17"), ("1a.cache", "N"), ("1a.byte", "-")],
        lost: &[("1a.ppn", 1)],
    },
    // PPN 17, its PA, but a tag of neither PA: two mistakes. No set has tag 1D, so the miss and the dash are consistent.
    Made {
        id: "ppn-and-tag",
        instead: &[("1a.ppn", "17"), ("1a.pa", "5D6"), ("1a.ct", "1D"), ("1a.cache", "N"), ("1a.byte", "-")],
        lost: &[("1a.ppn", 1), ("1a.ct", 1)],
    },
    // The PPN is not shifted: 0D + 16 = 23. CO 3, CI 8, CT 0: set 8 has tag 24.
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
    // VPN 0E as above, then PA 457 where 456 follows from it: two mistakes. CO 3, CI 5, CT 11 are of 457.
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
    // CO 3, and byte 3 of the block: 1D.
    Made { id: "offset-carried", instead: &[("1a.co", "3"), ("1a.byte", "1D")], lost: &[("1a.co", 1)] },
    // CO is correct, with another byte of the block: a mistake without a cause.
    Made { id: "wrong-byte", instead: &[("1a.byte", "72")], lost: &[("1a.byte", 1)] },
    // Tag 0C: set 5 has 0D, so a miss and no byte follow.
    Made {
        id: "cache-tag",
        instead: &[("1a.ct", "0C"), ("1a.cache", "N"), ("1a.byte", "-")],
        lost: &[("1a.ct", 1)],
    },
    // Index and tag are correct, and the hit is missed. The dash for the byte follows from the miss, so it shows
    // no work, and gets no points.
    Made {
        id: "miss-said",
        instead: &[("1a.cache", "N"), ("1a.byte", "-")],
        lost: &[("1a.cache", 1), ("1a.byte", 1)],
    },
    // The answer is a page fault, but the TLB hits. The fault and the dashes after it show no work.
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
    // The page fault is missed, and the PPN is one that page 01 does not have: two mistakes. PA 28‖1F = A1F, CO 3, CI 7, CT 28,
    // a miss, and no byte all follow from PPN 28.
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
    // An empty blank does not count as a dash: the paper requires a dash.
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
    // The second question: half the entries, an address that does not fault, the wrong option, 2 of 5 for the essay.
    Made {
        id: "second-question",
        instead: &[("2.1", "256"), ("2.3", "0x3D6"), ("2.4", "B"), ("2.5 points", "2")],
        lost: &[("2.1", 2), ("2.3", 3), ("2.4", 2), ("2.5", 3)],
    },
];
