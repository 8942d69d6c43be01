//! Basic Outcomes as peers write them, and how answers are judged.

use http::Response;
use lti_legacy::{
    CodeMajor, CodeMinor, EnvelopeError, OAuthError, Operation, OutcomeCall, OutcomeError, OutcomeRequest,
    OutcomeResponse, ReplaceResult, ResponseBody, ResultData, ResultScore, Severity, SignError,
};
use lti_types::Timestamp;

use crate::support::{nonce, now, signer};

fn request(operation: Operation) -> OutcomeRequest {
    OutcomeRequest::new("m-1", "sid", operation)
}

fn half() -> ResultScore {
    ResultScore::new(0.5).unwrap()
}

fn judged(operation: Operation, status: u16, body: &str) -> Result<Option<f64>, OutcomeError> {
    let call = OutcomeCall::new("https://lms.example/outcomes".into(), request(operation));
    let response = Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap();
    call.read(&response).map(|answer| answer.score.map(ResultScore::value))
}

fn envelope(response: &OutcomeResponse) -> String {
    String::from_utf8(response.to_xml().unwrap()).unwrap()
}

#[test]
fn prefixes_order_and_other_elements_do_not_matter() {
    let xml = r#"<?xml version = "1.0" encoding = "UTF-8"?>
        <oms:imsx_POXEnvelopeRequest xmlns:oms="http://www.imsglobal.org/lis/oms1p0/pox">
          <oms:imsx_POXBody><oms:replaceResultRequest><oms:resultRecord>
            <oms:result><oms:other/><oms:resultScore><oms:textString> 0.92 </oms:textString>
              <oms:language>en-us</oms:language></oms:resultScore></oms:result>
            <oms:sourcedGUID><oms:refAgentInstanceID>x</oms:refAgentInstanceID>
              <oms:sourcedId>
                3124567
              </oms:sourcedId></oms:sourcedGUID>
          </oms:resultRecord></oms:replaceResultRequest></oms:imsx_POXBody>
          <oms:imsx_POXHeader><oms:imsx_POXRequestHeaderInfo><oms:imsx_messageIdentifier>9</oms:imsx_messageIdentifier>
            <oms:imsx_sendingAgentIdentifier>x</oms:imsx_sendingAgentIdentifier>
          </oms:imsx_POXRequestHeaderInfo></oms:imsx_POXHeader>
        </oms:imsx_POXEnvelopeRequest>"#;
    let replace = ReplaceResult::new(ResultScore::new(0.92).unwrap());
    let expected = OutcomeRequest::new("9", "3124567", Operation::Replace(replace));
    assert_eq!(OutcomeRequest::from_xml(xml.as_bytes()), Ok(expected));
}

/// A result's id is the platform's, and comes back as it was given, blanks included.
#[test]
fn a_sourced_id_with_blanks_around_it_is_kept() {
    let asked = OutcomeRequest::new("m", " {\"a\": 1} ", Operation::Read);
    let read = OutcomeRequest::from_xml(&asked.to_xml().unwrap()).unwrap();
    assert_eq!(read.sourced_id, " {\"a\": 1} ");
}

#[test]
fn scores_out_of_range_change_nothing() {
    let xml = request(Operation::Replace(ReplaceResult::new(half()))).to_xml().unwrap();
    let xml = String::from_utf8(xml).unwrap();
    for score in ["1.1", "-0.5", "A", "0,5", "NaN", "", "50%", "0.5 0.6"] {
        let changed = xml.replace(">0.5<", &format!(">{score}<"));
        let error = OutcomeRequest::from_xml(changed.as_bytes()).unwrap_err();
        assert_eq!(error, EnvelopeError::Invalid("resultScore"), "{score}");
        let answer = OutcomeResponse::unreadable("r", error);
        assert_eq!(
            (answer.code_major, answer.code_minor[0].value.as_str()),
            (CodeMajor::Failure, "invaliddata")
        );
        assert_eq!(answer.to_http().unwrap().status(), 200);
    }
    for score in ["0", "0.0", "1", "1.0", "1.000", ".5"] {
        assert!(
            OutcomeRequest::from_xml(xml.replace(">0.5<", &format!(">{score}<")).as_bytes()).is_ok(),
            "{score}"
        );
    }
    let none = xml.replace(
        "<result><resultScore><language>en</language><textString>0.5</textString></resultScore></result>",
        "",
    );
    assert_ne!(none, xml);
    assert_eq!(OutcomeRequest::from_xml(none.as_bytes()), Err(EnvelopeError::Missing("resultScore")));
}

#[test]
fn result_data_of_one_platform() {
    for data in [
        ResultData::Text("a <b>text</b> & more".to_owned()),
        ResultData::Url("https://tool.example/work?a=1&b=2".into()),
        ResultData::LtiLaunchUrl("https://tool.example/launch?id=42".into()),
    ] {
        let mut replace = ReplaceResult::new(half());
        replace.data.push(data);
        let request = request(Operation::Replace(replace));
        assert_eq!(OutcomeRequest::from_xml(&request.to_xml().unwrap()).as_ref(), Ok(&request));
    }
    let mut replace = ReplaceResult::default();
    replace.total_score = Some(50.0);
    replace.submission.submitted_at = Some(Timestamp::from("2017-04-16T18:54:36.736+00:00"));
    replace.submission.prioritize_non_tool_grade = true;
    replace.submission.needs_additional_review = true;
    let request = request(Operation::Replace(replace.clone()));
    let xml = String::from_utf8(request.to_xml().unwrap()).unwrap();
    assert!(xml.contains(
        "<replaceResultRequest><submissionDetails><submittedAt>2017-04-16T18:54:36.736+00:00</submittedAt>"
    ));
    assert!(xml.contains("<result><resultTotalScore><language>en</language><textString>50</textString>"));
    assert_eq!(OutcomeRequest::from_xml(xml.as_bytes()).as_ref(), Ok(&request));

    // The platform's own example has a flag beside the details.
    let beside = xml
        .replace("<prioritizeNonToolGrade/>", "")
        .replace("</submissionDetails>", "</submissionDetails><prioritizeNonToolGrade/>");
    assert_eq!(OutcomeRequest::from_xml(beside.as_bytes()).unwrap().operation, Operation::Replace(replace));
    for points in ["a lot", "inf", ""] {
        let odd = xml.replace(">50<", &format!(">{points}<"));
        assert!(OutcomeRequest::from_xml(odd.as_bytes()).is_err(), "{points}");
    }
}

#[test]
fn unknown_operations_are_unsupported() {
    let xml = String::from_utf8(request(Operation::Read).to_xml().unwrap()).unwrap();
    let xml = xml.replace("readResult", "readMemberships");
    let read = OutcomeRequest::from_xml(xml.as_bytes()).unwrap();
    assert_eq!(read.operation.name(), "readMemberships");
    let answer = OutcomeResponse::unsupported("r-1", &read);
    let text = envelope(&answer);
    assert!(
        text.contains("<imsx_codeMajor>unsupported</imsx_codeMajor><imsx_severity>status</imsx_severity>"),
        "{text}"
    );
    assert!(text.contains("<imsx_operationRefIdentifier>readMemberships</imsx_operationRefIdentifier>"));
    let error = judged(Operation::Read, 200, &text).unwrap_err();
    assert_eq!(error.code(), "outcome_unsupported");
}

#[test]
fn status_info_is_in_the_order_of_the_schema() {
    let answer =
        OutcomeResponse::failure("r-1", &request(Operation::Read), "unknownobject", "no <such> result");
    let text = envelope(&answer);
    let mut from = 0;
    for part in [
        "<imsx_codeMajor>failure</imsx_codeMajor>",
        "<imsx_severity>error</imsx_severity>",
        "<imsx_description>no &lt;such&gt; result</imsx_description>",
        "<imsx_messageRefIdentifier>m-1</imsx_messageRefIdentifier>",
        "<imsx_operationRefIdentifier>readResult</imsx_operationRefIdentifier>",
        "<imsx_codeMinor><imsx_codeMinorField><imsx_codeMinorFieldName>TargetEndSystem</imsx_codeMinorFieldName>\
         <imsx_codeMinorFieldValue>unknownobject</imsx_codeMinorFieldValue>",
        "<imsx_POXBody></imsx_POXBody>",
    ] {
        from += text[from..].find(part).unwrap_or_else(|| panic!("{part} in {text}"));
    }
    assert_eq!(OutcomeResponse::from_xml(text.as_bytes()), Ok(answer));
}

#[test]
fn an_answer_is_judged_by_its_code() {
    let read = || request(Operation::Read);
    let body = |score| ResponseBody::Read { score, data: Vec::new() };
    let good = envelope(&OutcomeResponse::success("r", &read(), body(Some(half()))));
    assert_eq!(judged(Operation::Read, 200, &good), Ok(Some(0.5)));
    let none = envelope(&OutcomeResponse::success("r", &read(), body(None)));
    assert!(none.contains("<textString></textString>"));
    assert_eq!(judged(Operation::Read, 200, &none), Ok(None));

    // A failure with 200, as most send it, and with 422.
    let failure = envelope(&OutcomeResponse::failure("r", &read(), "invaliddata", "Ada's result"));
    for status in [200, 422, 500] {
        let error = judged(Operation::Read, status, &failure).unwrap_err();
        assert_eq!(error.code(), "outcome_refused");
        assert!(!format!("{error} {error:?}").contains("Ada"));
        let OutcomeError::Refused(answer) = error else { panic!() };
        assert_eq!(answer.description.as_deref(), Some("Ada's result"));
        assert_eq!(answer.code_minor, [CodeMinor::new("invaliddata")]);
    }
    for (status, body, code) in [
        (401, "", "status_unexpected"),
        (502, "<html>", "status_unexpected"),
        (302, &good, "status_unexpected"),
        (200, "<html></html>", "envelope_unknown"),
        (200, "", "xml_malformed"),
        (200, &good.replace("success", "done"), "element_invalid"),
        (200, &good.replace("0.5", "5"), "element_invalid"),
    ] {
        assert_eq!(judged(Operation::Read, status, body).unwrap_err().code(), code, "{status} {body}");
    }
    // A success that brings no result is no empty grade.
    let replaced = envelope(&OutcomeResponse::success("r", &read(), ResponseBody::Replaced));
    assert_eq!(judged(Operation::Read, 200, &replaced).unwrap_err().code(), "element_missing");
    assert_eq!(judged(Operation::Delete, 200, &replaced), Ok(None), "it went well, whatever it is called");
    let mut processing = OutcomeResponse::success("r", &read(), ResponseBody::Empty);
    processing.code_major = CodeMajor::Processing;
    assert_eq!(judged(Operation::Read, 200, &envelope(&processing)), Ok(None));
}

#[test]
fn answers_of_other_platforms_are_read() {
    let xml = "<imsx_POXEnvelopeResponse><imsx_POXHeader><imsx_POXResponseHeaderInfo><imsx_statusInfo>\
        <imsx_operationRefIdentifier>readResultRequest</imsx_operationRefIdentifier>\
        <imsx_operationRefIdentifier>another</imsx_operationRefIdentifier>\
        <imsx_codeMajor>Success</imsx_codeMajor><imsx_severity>unheard of</imsx_severity></imsx_statusInfo>\
        </imsx_POXResponseHeaderInfo></imsx_POXHeader></imsx_POXEnvelopeResponse>";
    let read = OutcomeResponse::from_xml(xml.as_bytes()).unwrap();
    assert_eq!((read.code_major, read.severity), (CodeMajor::Success, Severity::Status));
    assert_eq!(read.operation_ref.as_deref(), Some("readResultRequest"));
    assert_eq!((read.body, read.message_ref, read.message_id.as_str()), (ResponseBody::Empty, None, ""));
}

#[test]
fn what_is_not_believed_is_401() {
    let response = OutcomeResponse::unauthorized("r", OAuthError::SignatureMismatch).to_http().unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (401, &"application/xml".parse().unwrap())
    );
    let answer = OutcomeResponse::from_xml(response.body()).unwrap();
    assert_eq!(
        (answer.code_major, answer.code_minor[0].value.as_str()),
        (CodeMajor::Failure, "unauthorizedrequest")
    );
}

#[test]
fn what_xml_cannot_hold_is_not_sent() {
    for text in ["a\u{0}", "\u{1b}", "\u{fffe}"] {
        let request = OutcomeRequest::new("m", text, Operation::Read);
        assert_eq!(request.to_xml().unwrap_err(), SignError::NotXml);
    }
    // A carriage return survives, as the result's name must.
    let request = OutcomeRequest::new("m", "a\r\nb\tc]]>d", Operation::Read);
    assert_eq!(OutcomeRequest::from_xml(&request.to_xml().unwrap()), Ok(request));
}

#[test]
fn addresses_with_a_query_are_signed_with_it() {
    let call = OutcomeCall::new("https://lms.example/outcomes?type_id=2#x".into(), request(Operation::Read));
    let http = call.to_http(&signer(), &nonce("n"), now()).unwrap();
    assert_eq!(http.uri(), "https://lms.example/outcomes?type_id=2");
    let verified = lti_legacy::UnverifiedRequest::from_http(&http, &"https://lms.example/outcomes".into())
        .unwrap()
        .verify(&[crate::support::credential()], now());
    assert!(verified.is_ok());
    let mut other = http;
    *other.uri_mut() = "https://lms.example/outcomes?type_id=3".parse().unwrap();
    let verified = lti_legacy::UnverifiedRequest::from_http(&other, &"https://lms.example/outcomes".into())
        .unwrap()
        .verify(&[crate::support::credential()], now());
    assert_eq!(verified.err(), Some(OAuthError::SignatureMismatch));
    for url in ["/outcomes", "ftp://lms.example/", "not a url"] {
        let call = OutcomeCall::new(url.into(), request(Operation::Read));
        assert!(call.to_http(&signer(), &nonce("n"), now()).is_err(), "{url}");
    }
}
