"""infra/status_site.yaml: nobody reads the bucket but the distribution; pages run and load nothing but their own."""

import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint

from infra.transform import REGION, template

TEMPLATE = Path(__file__).parents[2] / "infra" / "status_site.yaml"

Resource = dict[str, Any]


@pytest.fixture(scope="module")
def resources() -> dict[str, Resource]:
    return {name: found["Properties"] for name, found in template(TEMPLATE)["Resources"].items()}


def test_it_lints() -> None:
    config = ManualArgs(regions=[REGION, "us-east-1"])
    assert [str(match) for match in lint(TEMPLATE.read_text(encoding="utf-8"), config=config)] == []


def test_it_has_no_anchors() -> None:
    """CloudFormation does not know YAML's aliases."""
    assert not [line for line in TEMPLATE.read_text(encoding="utf-8").splitlines() if ": &" in line or ": *" in line]


def test_the_bucket_is_private_and_kept(resources: dict[str, Resource]) -> None:
    assert set(resources["Site"]["PublicAccessBlockConfiguration"].values()) == {True}
    kept = template(TEMPLATE)["Resources"]["Site"]
    assert (kept["DeletionPolicy"], kept["UpdateReplacePolicy"]) == ("Retain", "Retain")
    allow, deny, old = resources["SitePolicy"]["PolicyDocument"]["Statement"]
    assert (allow["Principal"], allow["Action"]) == ({"Service": "cloudfront.amazonaws.com"}, "s3:GetObject")
    assert "distribution/${Distribution}" in json.dumps(allow["Condition"])
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert (old["Effect"], old["Condition"]) == ("Deny", {"NumericLessThan": {"s3:TlsVersion": "1.2"}})


def test_marks_are_digests(resources: dict[str, Resource]) -> None:
    """With a key of KMS an ETag would be no digest of the bytes, and every run would write every file."""
    (rule,) = resources["Site"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


@pytest.mark.parametrize("policy", ["PageHeaders", "ApiHeaders"])
def test_nothing_runs_and_nothing_comes_from_elsewhere(resources: dict[str, Resource], policy: str) -> None:
    security = resources[policy]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    written = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    text = written if isinstance(written, str) else written["Fn::Sub"][0]
    rules = dict(part.strip().partition(" ")[::2] for part in text.split(";"))
    assert (rules["default-src"], rules["frame-ancestors"]) == ("'none'", "'none'")
    assert not {"script-src", "connect-src", "frame-src"} & set(rules)
    assert {rules.get("style-src", "'self'"), rules.get("img-src", "'self'")} == {"'self'"}
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31536000
    assert all(security[name]["Override"] for name in security)


def test_the_form_may_be_sent_to_the_api_alone(resources: dict[str, Resource]) -> None:
    config = resources["PageHeaders"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    text, facts = config["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    assert "form-action ${FormAction};" in text
    assert facts == {"FormAction": {"Fn::If": ["HasApi", {"Ref": "ApiUrl"}, "'none'"]}}


def test_any_page_may_read_the_json_and_no_page_with_cookies(resources: dict[str, Resource]) -> None:
    cors = resources["ApiHeaders"]["ResponseHeadersPolicyConfig"]["CorsConfig"]
    assert cors["AccessControlAllowOrigins"] == {"Items": ["*"]}
    assert cors["AccessControlAllowCredentials"] is False
    assert "CorsConfig" not in resources["PageHeaders"]["ResponseHeadersPolicyConfig"]


def test_what_is_not_there_is_the_page_that_says_so(resources: dict[str, Resource]) -> None:
    answers = resources["Distribution"]["DistributionConfig"]["CustomErrorResponses"]
    assert {one["ErrorCode"]: (one["ResponseCode"], one["ResponsePagePath"]) for one in answers} == {
        403: (404, "/404.html"),
        404: (404, "/404.html"),
    }


def test_every_answer_is_encrypted_and_cached_as_its_file_says(resources: dict[str, Resource]) -> None:
    config = resources["Distribution"]["DistributionConfig"]
    for behaviour in (config["DefaultCacheBehavior"], *config["CacheBehaviors"]):
        assert behaviour["ViewerProtocolPolicy"] == "redirect-to-https"
        assert behaviour["CachePolicyId"] == {"Ref": "ShortLives"}
    policy = resources["ShortLives"]["CachePolicyConfig"]
    assert (policy["MinTTL"], policy["DefaultTTL"]) == (0, 30)
