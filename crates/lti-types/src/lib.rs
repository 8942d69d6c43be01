#![doc = include_str!("../README.md")]
//!
//! # Modules, in the order of the protocol
//!
//! - identifiers, URLs and times: [`Issuer`], [`ClientId`], [`DeploymentId`], [`UserId`], [`State`], [`Nonce`],
//!   [`WireUrl`], [`NumericDate`]
//! - what is agreed before the first launch: [`PlatformRecord`], [`ToolRecord`]; and how they come
//!   about: [`OpenIdConfiguration`], [`ClientMetadata`]
//! - the login: [`LoginInitiation`], [`AuthenticationRequest`], [`AuthenticationResponse`], [`FormPost`]
//! - the launch: [`LaunchClaims`], [`Message`], [`Roles`], [`Context`], [`ResourceLink`], [`Custom`], …
//! - what a launch brings: [`GradeService`], [`RosterService`], [`DeepLinkingSettings`], …; and what deep linking
//!   brings back: [`DeepLinkingResponse`], [`ContentItem`]
//! - what services exchange: [`LineItem`], [`Score`], [`LineItemResult`], [`Member`], [`MembershipContainer`],
//!   [`Timestamp`]
//! - what vendors add: [`vendor`]; what was odd: [`diagnostics`]; what strangers hide: [`is_hidden`]

mod authentication;
mod claim;
mod client_metadata;
mod content_item;
mod context;
mod custom;
mod deep_linking;
mod deep_linking_response;
pub mod diagnostics;
mod faults;
mod for_user;
mod form;
mod hidden;
mod identifier;
mod launch_claims;
mod launch_presentation;
mod line_item;
mod lis;
mod login_initiation;
mod lossless;
mod media_range;
mod member;
mod message;
mod migration;
mod numeric_date;
mod object;
mod one_time;
mod open_enum;
mod openid_configuration;
mod refusal;
mod registration;
mod resource_link;
mod role;
mod scope;
mod score;
mod service;
mod supported_message;
mod timestamp;
mod tolerant;
mod tool_platform;
pub mod vendor;
mod wire_url;

pub use authentication::{
    AuthenticationError, AuthenticationErrorCode, AuthenticationRequest, AuthenticationResponse,
};
pub use claim::{Claim, ClaimFault, ClaimFaults, ClaimProblem, is_registered_claim};
pub use client_metadata::{
    ClientMetadata, TOOL_CONFIGURATION, ToolConfiguration, ToolMessage, localize, localized,
};
pub use content_item::{
    AssetProcessorItem, ContentItem, Embed, FileItem, HtmlItem, Iframe, ImageItem, ItemLineItem, LinkItem,
    LtiResourceLinkItem, OtherItem, Period, Picture, ReportSettings, SubmissionReview, Window,
};
pub use context::{Context, ContextKind, ContextType};
pub use custom::Custom;
pub use deep_linking::{ContentItemType, DeepLinkingSettings, MediaTypes};
pub use deep_linking_response::DeepLinkingResponse;
pub use faults::Faults;
pub use for_user::ForUser;
pub use form::{FormError, FormPost};
pub use hidden::is_hidden;
pub use identifier::{
    BrowserSecret, ClientId, ContextId, DeploymentId, EntropyUnavailable, InvalidIdentifier, Issuer,
    LoginHint, MessageHint, Nonce, RegistrationToken, ResourceLinkId, State, StorageTarget, UserId,
};
pub use launch_claims::{Audience, LTI_VERSION, LaunchClaims, User};
pub use launch_presentation::{DocumentTarget, LaunchPresentation, ReturnMessages};
pub use line_item::{LineItem, LineItemResult};
pub use lis::Lis;
pub use login_initiation::LoginInitiation;
pub use media_range::media_range_covers;
pub use member::{GroupEnrollment, Member, MemberMessage, MemberStatus, MembershipContainer};
pub use message::{
    DataPrivacyRequest, DeepLinkingRequest, Message, MessageType, OtherMessage, ResourceLinkRequest,
    SubmissionReviewRequest,
};
pub use migration::Lti1p1;
pub use numeric_date::NumericDate;
pub use one_time::Use;
pub use open_enum::Unlisted;
pub use openid_configuration::{
    OpenIdConfiguration, PLATFORM_CONFIGURATION, PlatformConfiguration, SupportedMessage,
};
pub use registration::{Deployments, PersonalData, PlatformRecord, RegistrationStatus, ToolRecord};
pub use resource_link::ResourceLink;
pub use role::{ContextRole, InstitutionRole, Role, RoleKind, Roles, SystemRole};
pub use scope::{Scope, Scopes};
pub use score::{ActivityProgress, GradingProgress, Score, Submission};
pub use service::{
    Activity, AssetReference, BasicOutcome, CaliperService, EulaService, GradeService, GroupService,
    NotificationService, RosterService,
};
pub use timestamp::Timestamp;
pub use tool_platform::ToolPlatform;
pub use wire_url::{InvalidUrl, WireUrl};

/// Members that have no field of their own, kept as they came.
pub type Extensions = serde_json::Map<String, serde_json::Value>;
