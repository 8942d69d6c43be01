//! Arbitrary values of every type, for the property tests.

use lti_types::*;
use proptest::prelude::*;
use proptest::string::string_regex;
use serde_json::{Map, Value, json};

/// A text as people, products and attackers write it; it may be empty.
pub(crate) fn text() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        3 => "[ -~]{0,16}",
        1 => any::<String>(),
        1 => prop::sample::select(vec![
            "</script><script>alert(1)</script>", "]]>", "\"quoted\" and \\escaped\\/", "'", "<!--", "&amp;",
            "\u{2028}\u{2029}", "\u{0}\u{1f}\u{7f}\r\n\t", "👩🏽‍🎓 naïve ἀρχή 課程", "\u{feff}", "\u{202e}rtl", "null", "[]", "{}",
            "$Person.name.full", "a=b&c=d;e+f%20%zz", "1e5",
        ]).prop_map(str::to_owned),
    ]
}

/// The same, but not empty.
pub(crate) fn some_text() -> impl Strategy<Value = String> + Clone {
    text().prop_map(|text| if text.is_empty() { "x".to_owned() } else { text })
}

/// A name that no member of a type has.
fn unknown_name() -> impl Strategy<Value = String> {
    prop_oneof![text().prop_map(|text| format!("x{text}")), "https://vendor\\.example/[a-z]{1,8}"]
}

pub(crate) fn json() -> impl Strategy<Value = Value> {
    let number = prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        number.prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Members without a type of their own.
fn extensions() -> impl Strategy<Value = Extensions> {
    prop_oneof![
        2 => Just(Map::new()),
        1 => prop::collection::btree_map(unknown_name(), json(), 0..4).prop_map(|m| m.into_iter().collect()),
    ]
}

/// Something that looks like a launch: known names with any values, some of them of the right type.
pub(crate) fn launch_like() -> impl Strategy<Value = Value> {
    const NAMES: &[&str] = &[
        "iss",
        "aud",
        "azp",
        "exp",
        "iat",
        "nbf",
        "nonce",
        "sub",
        "name",
        "picture",
        "locale",
        "email",
        "https://purl.imsglobal.org/spec/lti/claim/message_type",
        "https://purl.imsglobal.org/spec/lti/claim/version",
        "https://purl.imsglobal.org/spec/lti/claim/deployment_id",
        "https://purl.imsglobal.org/spec/lti/claim/target_link_uri",
        "https://purl.imsglobal.org/spec/lti/claim/resource_link",
        "https://purl.imsglobal.org/spec/lti/claim/roles",
        "https://purl.imsglobal.org/spec/lti/claim/context",
        "https://purl.imsglobal.org/spec/lti/claim/tool_platform",
        "https://purl.imsglobal.org/spec/lti/claim/role_scope_mentor",
        "https://purl.imsglobal.org/spec/lti/claim/launch_presentation",
        "https://purl.imsglobal.org/spec/lti/claim/lis",
        "https://purl.imsglobal.org/spec/lti/claim/custom",
        "https://purl.imsglobal.org/spec/lti/claim/for_user",
        "https://purl.imsglobal.org/spec/lti/claim/lti1p1",
        "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint",
        "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice",
        "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings",
        "https://purl.imsglobal.org/spec/lti/claim/activity",
    ];
    const MEMBERS: &[&str] = &[
        "id",
        "title",
        "type",
        "label",
        "guid",
        "url",
        "document_target",
        "height",
        "return_url",
        "scope",
        "user_id",
        "lineitems",
        "lineitem",
        "service_versions",
        "deep_link_return_url",
        "accept_types",
        "accept_multiple",
        "accept_media_types",
        "data",
        "roles",
        "version",
        "x",
    ];
    const TEXTS: &[&str] = &[
        "1.3.0",
        "LtiResourceLinkRequest",
        "LtiDeepLinkingRequest",
        "LtiSubmissionReviewRequest",
        "Instructor",
        "DataPrivacyLaunchRequest",
        "https://lms.example/",
        "true",
        "320",
        "iframe",
        "",
        "1790000000",
    ];
    let fitting = prop::sample::select(TEXTS).prop_map(Value::from);
    let scalar = prop_oneof![fitting, any::<i32>().prop_map(Value::from), json()];
    let list = prop::collection::vec(scalar.clone(), 0..4).prop_map(Value::from);
    let member = prop_oneof![4 => scalar.clone(), 1 => list.clone()];
    let object = prop::collection::btree_map(prop::sample::select(MEMBERS), member, 0..6);
    let object = object.prop_map(|members| members.into_iter().map(|(n, v)| (n.to_owned(), v)).collect());
    let value = prop_oneof![2 => scalar, 1 => list, 4 => object];
    prop::collection::btree_map(prop::sample::select(NAMES), value, 0..8)
        .prop_map(|claims| claims.into_iter().map(|(n, v)| (n.to_owned(), v)).collect())
}

/// Any text that the identifier takes.
fn id<T>() -> BoxedStrategy<T>
where
    T: TryFrom<String> + std::fmt::Debug + Clone + 'static,
{
    let plain = string_regex("[!-~]{1,40}").unwrap();
    let odd = text().prop_map(|text| format!("i{}", text.replace(|c: char| c.is_control(), "")));
    prop_oneof![plain, odd].prop_filter_map("refused", |text| T::try_from(text).ok()).boxed()
}

fn url() -> BoxedStrategy<WireUrl> {
    let address =
        "https?://[a-z]{1,8}\\.example(:[0-9]{1,4})?/[a-z/]{0,8}(\\?[a-z]=[a-z%0-9]{0,4})?(#[a-z]{0,3})?";
    prop_oneof![2 => string_regex(address).unwrap(), 1 => text()].prop_map(WireUrl::from).boxed()
}

fn list<T: std::fmt::Debug + Clone>(element: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(element, 0..4)
}

fn seconds() -> impl Strategy<Value = NumericDate> {
    prop_oneof![
        (0..4_000_000_000_i64).prop_map(NumericDate::from_seconds),
        any::<i64>().prop_map(NumericDate::from_seconds),
        (prop::num::f64::NORMAL | prop::num::f64::ZERO)
            .prop_map(|seconds| serde_json::from_value(json!(seconds)).unwrap()),
    ]
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![
        Just(Role::from(ContextRole::Instructor)),
        Just(Role::sub_role(ContextRole::Learner, "GuestLearner")),
        Just(Role::from(InstitutionRole::Student)),
        Just(Role::test_user()),
        text().prop_map(Role::from),
    ]
}

fn roles() -> impl Strategy<Value = Roles> {
    list(role()).prop_map(Roles::from_iter)
}

fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof![Just(Scope::Score), Just(Scope::LineItem), text().prop_map(|text| Scope::from(text.as_str()))]
}

fn custom() -> impl Strategy<Value = Custom> {
    prop::collection::btree_map(text(), text(), 0..4).prop_map(Custom::from_iter)
}

fn audience() -> impl Strategy<Value = Audience> {
    prop_oneof![text().prop_map(Audience::one), list(text()).prop_map(Audience::list)]
}

fn message_type() -> impl Strategy<Value = MessageType> {
    prop_oneof![
        Just(MessageType::ResourceLinkRequest),
        Just(MessageType::DeepLinkingRequest),
        Just(MessageType::SubmissionReviewRequest),
        text().prop_map(|text| MessageType::from(text.as_str())),
    ]
}

fn document_target() -> impl Strategy<Value = DocumentTarget> {
    prop_oneof![Just(DocumentTarget::Iframe), text().prop_map(|text| DocumentTarget::from(text.as_str()))]
}

fn media_types() -> impl Strategy<Value = MediaTypes> {
    prop_oneof![text().prop_map(MediaTypes::Text), list(text()).prop_map(MediaTypes::List)]
}

/// An object with each optional member there or not.
macro_rules! object {
    ($new:expr; $($field:ident: $strategy:expr),* $(,)?) => {{
        let object = $new.boxed();
        $( let object = (object, prop::option::of($strategy))
            .prop_map(|(mut object, value)| { object.$field = value; object }).boxed(); )*
        object
    }};
}

/// The same for objects that keep unknown members.
macro_rules! wire {
    ($new:expr; $($field:ident: $strategy:expr),* $(,)?) => {
        (object!($new; $($field: $strategy),*), extensions())
            .prop_map(|(mut object, extensions)| { object.extensions = extensions; object }).boxed()
    };
}

fn context() -> BoxedStrategy<Context> {
    let kind = prop_oneof![
        Just(ContextType::from(ContextKind::CourseSection)),
        text().prop_map(|text| ContextType::from(text.as_str())),
    ];
    wire!(id().prop_map(Context::new); types: list(kind), label: text(), title: text())
}

fn tool_platform() -> BoxedStrategy<ToolPlatform> {
    wire!(Just(ToolPlatform::new());
        guid: text(), name: text(), description: text(), url: url(), contact_email: text(),
        product_family_code: text(), version: text())
}

fn presentation() -> BoxedStrategy<LaunchPresentation> {
    wire!(Just(LaunchPresentation::new());
        document_target: document_target(), height: any::<u32>(), width: any::<u32>(), return_url: url(),
        locale: text(), css_url: url())
}

fn for_user() -> BoxedStrategy<ForUser> {
    wire!(Just(ForUser::new());
        user_id: id(), id: id(), person_sourcedid: text(), name: text(), given_name: text(),
        middle_name: text(), family_name: text(), email: text(), picture: url(), roles: roles())
}

fn lis() -> BoxedStrategy<Lis> {
    wire!(Just(Lis::new());
        person_sourcedid: text(), course_offering_sourcedid: text(), course_section_sourcedid: text(),
        result_sourcedid: text(), outcome_service_url: url())
}

fn lti1p1() -> BoxedStrategy<Lti1p1> {
    wire!(Just(Lti1p1::new());
        oauth_consumer_key: text(), oauth_consumer_key_sign: text(), user_id: text(), context_id: text(),
        resource_link_id: text(), tool_consumer_instance_guid: text())
}

fn deep_linking() -> BoxedStrategy<DeepLinkingSettings> {
    let kind = prop_oneof![
        Just(ContentItemType::LtiResourceLink),
        text().prop_map(|text| ContentItemType::from(text.as_str())),
    ];
    wire!(url().prop_map(DeepLinkingSettings::new);
        accept_types: list(kind), accept_presentation_document_targets: list(document_target()),
        accept_media_types: media_types(), accept_multiple: any::<bool>(), accept_lineitem: any::<bool>(),
        auto_create: any::<bool>(), title: text(), text: text(), data: text())
}

fn with_services(claims: BoxedStrategy<LaunchClaims>) -> BoxedStrategy<LaunchClaims> {
    object!(claims;
        grade_service: wire!(Just(GradeService::new()); scope: list(scope()), lineitems: url(), lineitem: url()),
        roster_service: wire!(Just(RosterService::new());
            context_memberships_url: url(), service_versions: list(text()), scope: list(scope())),
        group_service: wire!(Just(GroupService::new());
            context_groups_url: url(), context_group_sets_url: url(), scope: list(scope()),
            service_versions: list(text())),
        basic_outcome: wire!(Just(BasicOutcome::new());
            lis_result_sourcedid: text(), lis_outcome_service_url: url()),
        caliper_service: wire!(Just(CaliperService::new());
            scopes: list(scope()), caliper_endpoint_url: url(), caliper_federated_session_id: text()),
        notification_service: wire!(Just(NotificationService::new());
            platform_notification_service_url: url(), service_versions: list(text()), scope: list(scope()),
            notice_types_supported: list(text())),
        eula_service: wire!(Just(EulaService::new()); url: url(), scope: list(scope())),
        activity: wire!(Just(Activity::new()); id: text(), title: text()),
        submission: wire!(Just(AssetReference::new()); id: text()),
        asset: wire!(Just(AssetReference::new()); id: text()),
        asset_report_type: text(),
        deep_linking_settings: deep_linking())
}

/// Claims with every member there or not.
pub(crate) fn launch() -> BoxedStrategy<LaunchClaims> {
    let tokens = object!(Just(LaunchClaims::new());
        iss: id(), aud: audience(), azp: id(), exp: seconds(), iat: seconds(), nbf: seconds(), nonce: id(),
        sub: id(), message_type: message_type(), version: text(), deployment_id: id(), target_link_uri: url(),
        resource_link: wire!(id().prop_map(ResourceLink::new); title: text(), description: text()),
        roles: roles());
    let people = object!(tokens;
        name: text(), given_name: text(), family_name: text(), middle_name: text(), email: text(),
        locale: text(), picture: url(), context: context(), tool_platform: tool_platform(),
        role_scope_mentor: list(id()), launch_presentation: presentation(), lis: lis(), custom: custom(),
        for_user: for_user(), lti1p1: lti1p1(), lti11_legacy_user_id: text());
    wire!(with_services(people);)
}

fn status() -> impl Strategy<Value = RegistrationStatus> {
    prop::sample::select(vec![
        RegistrationStatus::Pending,
        RegistrationStatus::Active,
        RegistrationStatus::Disabled,
    ])
}

pub(crate) fn platform_record() -> BoxedStrategy<PlatformRecord> {
    let deployments = prop_oneof![Just(Deployments::NotYetKnown), list(id()).prop_map(Deployments::Known)];
    let new = (id(), id(), deployments, url(), status()).prop_map(|(issuer, client, known, url, status)| {
        let mut record = PlatformRecord::new(issuer, client, known, url);
        record.status = status;
        record
    });
    object!(new;
        name: text(), token_url: url(), key_set_url: url(), public_key_pem: text(), token_audience: text(),
        profile: text())
}

pub(crate) fn tool_record() -> BoxedStrategy<ToolRecord> {
    let privacy = text().prop_map(|text| PersonalData::from(text.as_str()));
    let new = (id(), list(id()), url(), url(), list(url()), list(scope()), custom(), status()).prop_map(
        |(client, deployments, login, target, redirects, scopes, custom, status)| {
            let mut record = ToolRecord::new(client, deployments, login, target);
            (record.redirect_uris, record.scopes) = (redirects, scopes);
            (record.custom, record.status) = (custom, status);
            record
        },
    );
    object!(new;
        name: text(), key_set_url: url(), public_key_pem: text(), deep_linking_url: url(),
        privacy: list(privacy))
}

/// Parameters that no specification names.
fn other_parameters() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec((unknown_name(), text()), 0..4)
}

pub(crate) fn login() -> BoxedStrategy<LoginInitiation> {
    let target = some_text().prop_map(WireUrl::from);
    let new = (id(), id(), target, other_parameters()).prop_map(|(iss, hint, target, other)| {
        let mut login = LoginInitiation::new(iss, hint, target);
        login.other = other;
        login
    });
    object!(new; lti_message_hint: id(), lti_deployment_id: id(), client_id: id(), lti_storage_target: id())
}

pub(crate) fn request() -> BoxedStrategy<AuthenticationRequest> {
    let empty = AuthenticationRequest::from_pairs::<String, String>([]).unwrap();
    let new = other_parameters().prop_map(move |other| {
        let mut request = empty.clone();
        request.other = other;
        request
    });
    object!(new;
        scope: some_text(), response_type: some_text(), response_mode: some_text(), prompt: some_text(),
        client_id: id(), redirect_uri: some_text(), login_hint: id(), lti_message_hint: id(), nonce: id(),
        state: id())
}

pub(crate) fn response() -> BoxedStrategy<AuthenticationResponse> {
    let target = prop::option::of(id());
    let token = (some_text(), id(), target).prop_map(|(id_token, state, lti_storage_target)| {
        AuthenticationResponse::IdToken { id_token, state, lti_storage_target }
    });
    let code = some_text()
        .prop_map(|text| AuthenticationError::new(AuthenticationErrorCode::from(text.as_str()), None));
    let error = object!(code; error_description: some_text(), error_uri: some_text(), state: id());
    prop_oneof![token, error.prop_map(AuthenticationResponse::Error)].boxed()
}
