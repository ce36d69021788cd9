use super::slot;

#[test]
fn names_are_safe_and_stay_apart() {
    assert_eq!(slot("1a.vpn"), "q1a_vpn");
    assert_eq!(slot("1b.2.tag"), "q1b_2_tag");
    let names = [
        "1a.vpn",
        "1a_vpn",
        "1a.vpn#2",
        "1a.vpn.2",
        "1avpn",
        "1a.5F_vpn",
        "2.R/W",
        "2.RW",
    ];
    let slots: std::collections::BTreeSet<String> = names.iter().map(|name| slot(name)).collect();
    assert_eq!(slots.len(), names.len(), "{slots:?}");
    let safe = |slot: &String| slot.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    assert!(
        slots.iter().all(safe) && slots.iter().all(|slot| slot.starts_with('q')),
        "{slots:?}"
    );
}
