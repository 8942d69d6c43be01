use super::*;

fn profile() -> LearnerProfile {
    LearnerProfile {
        email: Some("ada@example.org".into()),
        given_name: Some("Ada".into()),
        family_name: Some("Lovelace".into()),
        name: None,
        user_id: Some("u-1".into()),
    }
}

#[test]
fn each_required_field_is_missed() {
    assert!(check(&profile(), &ProfileRules::default()).is_accepted());
    for blank in [None, Some(String::new()), Some(" \t".into())] {
        for field in ProfileRules::rakoo().required {
            let mut profile = profile();
            match field {
                ProfileField::Email => profile.email.clone_from(&blank),
                ProfileField::GivenName => profile.given_name.clone_from(&blank),
                ProfileField::FamilyName => profile.family_name.clone_from(&blank),
                ProfileField::FullName => profile.name.clone_from(&blank),
                ProfileField::UserId => profile.user_id.clone_from(&blank),
            }
            let verdict = check(&profile, &ProfileRules::default());
            assert_eq!(verdict.faults(), [ProfileFault::Missing { field }]);
            let sentence = verdict.faults()[0].to_string();
            assert!(sentence.contains(field.parameter()) && sentence.contains(field.claim()), "{sentence}");
            assert!(check(&profile, &ProfileRules::adobe_learning_manager()).is_accepted());
        }
    }
    assert_eq!(check(&LearnerProfile::new(), &ProfileRules::default()).faults().len(), 4);
}

#[test]
fn limits_count_characters_not_bytes() {
    for letter in ["a", "é", "語", "🎓"] {
        let mut profile = profile();
        profile.family_name = Some(letter.repeat(63));
        profile.email = Some(letter.repeat(64));
        assert!(check(&profile, &ProfileRules::default()).is_accepted(), "{letter}");
        profile.family_name = Some(letter.repeat(64));
        profile.email = Some(letter.repeat(67));
        let verdict = check(&profile, &ProfileRules::default());
        let excess: Vec<_> = verdict.faults().iter().map(|fault| (fault.field(), fault.excess())).collect();
        assert_eq!(excess, [(ProfileField::Email, 3), (ProfileField::FamilyName, 1)]);
        assert!(check(&profile, &ProfileRules::rakoo()).is_accepted());
    }
}

#[test]
fn the_full_name_is_limited_when_it_is_sent() {
    let mut profile = profile();
    profile.name = Some("x".repeat(64));
    let verdict = check(&profile, &ProfileRules::default());
    assert_eq!(
        verdict.faults(),
        [ProfileFault::TooLong { field: ProfileField::FullName, length: 64, limit: 63 }]
    );
}

#[test]
fn personal_data_is_not_printed() {
    let mut profile = profile();
    profile.family_name = Some("Lovelace".repeat(20));
    let fault = check(&profile, &ProfileRules::default()).faults()[0].clone();
    for text in [format!("{profile:?}"), fault.to_string(), serde_json::to_string(&fault).unwrap()] {
        assert!(!text.contains("Lovelace") && !text.contains("ada@"), "{text}");
    }
}

#[test]
fn rules_and_profiles_survive_a_round_trip() {
    for rules in [ProfileRules::default(), ProfileRules::adobe_learning_manager(), ProfileRules::rakoo()] {
        let text = serde_json::to_string(&rules).unwrap();
        assert_eq!(serde_json::from_str::<ProfileRules>(&text).unwrap(), rules);
    }
    let text = serde_json::to_string(&profile()).unwrap();
    assert_eq!(serde_json::from_str::<LearnerProfile>(&text).unwrap(), profile());
    let claims = r#"{"sub":"u-1","email":"ada@example.org","given_name":"Ada","family_name":"Lovelace","picture":"x"}"#;
    assert_eq!(serde_json::from_str::<LearnerProfile>(claims).unwrap(), profile());
}
