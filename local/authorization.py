"""Lets servers beside ministack ask its IAM evaluator, and keeps a record of what it decided.

Answers POST requests of JSON under /_scones/:

- authorize {accessKeyId, sessionToken, checks}: whether the key's principal may do all of it.
- assume {roleArn, service, sourceArn, sessionName}: a session of a role that trusts an AWS service.
- simulate {policies, requests}: which of the requests these policies allow.

A check or request is {action, resource, context}. Where SCONES_DECISIONS names a file, every decision
about a role goes there as a line of JSON: {principal, action, resource, context, allowed}.
"""

import contextvars
import json
import os
import time
from urllib.parse import parse_qs

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudformation, iam, sts

SESSION_SECONDS = 12 * 3600

_contexts = contextvars.ContextVar("scones_contexts", default=None)
_refused = contextvars.ContextVar("scones_refused", default=None)
_evaluate = iam_evaluator.evaluate
_enforce = iam_evaluator.enforce
_denial = iam_actions.access_denied_response
_record = open(os.environ["SCONES_DECISIONS"], "a", buffering=1) if "SCONES_DECISIONS" in os.environ else None


def install(app):
    """Wraps ministack's application and its evaluator."""
    iam_evaluator.evaluate = _remembering
    iam_evaluator.enforce = _enforcing
    iam_actions.access_denied_response = _naming

    async def authorized(scope, receive, send):
        if scope["type"] == "http" and scope["path"].startswith("/_scones/"):
            await _answer(scope, receive, send)
            return
        if scope["type"] == "http":
            # Loopback stands for the TLS that AWS's endpoints speak, which a bucket's policy may ask for.
            scope = {**scope, "headers": [*scope["headers"], (b"x-forwarded-proto", b"https")]}
        await app(scope, receive, send)

    return authorized


def _remembering(context, policies, *limits):
    asked = _contexts.get()
    if asked is not None and not asked:
        asked.append(context)
    return _evaluate(context, policies, *limits)


def _enforcing(access_key_id, action, service, region, resource_arn="*", service_context=None):
    if action.startswith("cloudformation:"):
        checks = _cloudformation_checks(action, resource_arn, service_context or {})
    elif action == "cloudwatch:PutMetricData":
        checks = [(action, resource_arn, {**(service_context or {}), "cloudwatch:namespace": _asked("Namespace")})]
    else:
        checks = [(action, resource, service_context) for resource in _resources(action) or [resource_arn]]
    for checked, resource, context in checks:
        denied = _recorded(access_key_id, checked, service, region, resource, context)
        if denied:
            return denied
    return None


def _recorded(access_key_id, action, service, region, resource_arn, service_context):
    asked = []
    token = _contexts.set(asked)
    try:
        denied = _enforce(access_key_id, action, service, region, resource_arn=resource_arn,
                          service_context=service_context)
    finally:
        _contexts.reset(token)
    _refused.set((action, resource_arn) if denied else None)
    for context in asked:
        _write(context, not denied)
    return denied


def _cloudformation_checks(action, resource, context):
    """What AWS checks of a request to CloudFormation; ministack looks at the stack's name alone."""
    request = iam_evaluator._signed_request.get()
    form = parse_qs(request.body.decode("utf-8", "replace")) if request else {}
    change_set = cloudformation._change_sets.get(form.get("ChangeSetName", [""])[0])
    if resource == "*" and change_set:
        resource = change_set["StackId"]
    role = form.get("RoleARN", [None])[0]
    if role:
        context = {**context, "cloudformation:RoleArn": role}
    checks = [(action, resource, context)]
    if action == "cloudformation:DescribeStacks" and "StackName" not in form:
        checks.append(("cloudformation:ListStacks", "*", {}))
    if any(name.startswith("Tags.member.") for name in form):
        checks.append(("cloudformation:TagResource", resource, {}))
    if role:
        checks.append(("iam:PassRole", role, {"iam:PassedToService": "cloudformation.amazonaws.com"}))
    return checks


def _resources(action):
    """What AWS decides an action by, where ministack says "*" or the log group."""
    if action in ("cloudwatch:GetDashboard", "cloudwatch:DeleteDashboards"):
        names = _asked("DashboardNames") or [_asked("DashboardName")]
        return [f"arn:aws:cloudwatch::{get_account_id()}:dashboard/{name}" for name in names]
    if action == "cloudwatch:DeleteAlarms":
        names = _asked("AlarmNames") or []
        return [f"arn:aws:cloudwatch:{get_region()}:{get_account_id()}:alarm:{name}" for name in names]
    if action == "cloudwatch:ListTagsForResource":
        return [_asked("ResourceARN")]
    if action in ("logs:PutLogEvents", "logs:DeleteLogStream"):
        group, stream = _asked("logGroupName"), _asked("logStreamName")
        return [f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group:{group}:log-stream:{stream}"]
    return None


def _asked(member):
    """A member of a request; ministack leaves most of them out of what it decides by."""
    request = iam_evaluator._signed_request.get()
    body = request.body.decode("utf-8", "replace") if request else ""
    try:
        return json.loads(body).get(member)
    except ValueError:
        return parse_qs(body).get(member, [None])[0]


def _naming(service, action, principal_arn, request_id, **rest):
    """The denial in AWS's words, which name the resource; ministack's leave it out."""
    refused = _refused.get()
    if refused and not rest.get("error_code") and not rest.get("message") and not rest.get("resource_policy_arn"):
        action, resource = refused
        named = f'"{resource}"' if service == "s3" else resource
        rest["message"] = iam_actions.identity_denial_message(
            action, principal_arn, named, rest.get("explicit_deny", False))
    return _denial(service, action, principal_arn, request_id, **rest)


def _write(context, allowed):
    if _record is None or context.principal_type != "AssumedRole":
        return
    _record.write(json.dumps({
        "principal": context.principal_arn, "action": context.action, "resource": context.resource_arn,
        "context": {key: value for key, value in context.service_context.items() if value is not None},
        "allowed": allowed,
    }) + "\n")


def authorize(accessKeyId, sessionToken, checks):
    account = get_account_id()
    credential = iam_evaluator.resolve_credential(accessKeyId, account, sessionToken)
    if isinstance(credential, iam_evaluator.CredentialResolutionError):
        return {"code": credential.code.replace("InvalidToken", "UnrecognizedClientException"),
                "message": credential.message}
    principal = iam_evaluator.resolve_principal(accessKeyId, account, credential)
    if principal.policies is None:
        return {}
    for check in checks:
        context = _context(principal, check)
        decision = _evaluate(context, principal.policies, *principal.limits).decision
        _write(context, decision == "Allow")
        if decision != "Allow":
            message = iam_actions.identity_denial_message(
                context.action, principal.arn, context.resource_arn, decision == "Deny")
            return {"code": "AccessDeniedException", "message": message}
    return {}


def assume(roleArn, service, sourceArn, sessionName):
    name, account = roleArn.rsplit("/", 1)[-1], roleArn.split(":")[4]
    role = iam._roles.get_scoped(account, None, name)
    context = iam_evaluator.EvalContext(
        principal_arn=service, principal_type="Service", principal_account=account, action="sts:AssumeRole",
        resource_arn=roleArn, region=get_region(),
        service_context={"aws:sourceaccount": account, "aws:sourcearn": sourceArn})
    trust = role and role.get("AssumeRolePolicyDocument")
    if not trust or iam_evaluator.evaluate_resource_policy(trust, context, service=service).decision != "Allow":
        return {"message": f"{service} is not authorized to perform: sts:AssumeRole on resource: {roleArn}"}
    key, secret, token = sts._gen_session_access_key(), sts._gen_secret(), sts._gen_session_token()
    expiration = time.time() + SESSION_SECONDS
    sts.register_session(key, {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{sessionName}", "UserId": f"{name}:{sessionName}",
        "SecretAccessKey": secret, "SessionToken": token, "Expiration": expiration, "AccountId": account,
        "PrincipalType": "AssumedRole"})
    return {"accessKeyId": key, "secretAccessKey": secret, "sessionToken": token, "expiration": expiration}


def simulate(policies, requests):
    statements = [iam_evaluator.parse_policy_document(policy) for policy in policies]
    principals = {}
    decisions = []
    for request in requests:
        arn = request["principal"]
        principal = principals.setdefault(
            arn, iam_evaluator.PrincipalInfo(arn, "AssumedRole", arn.split(":")[4], statements))
        context = _context(principal, request)
        decision = _evaluate(context, statements).decision
        decisions.append({} if decision == "Allow" else {"message": iam_actions.identity_denial_message(
            context.action, arn, context.resource_arn, decision == "Deny")})
    return decisions


def _context(principal, check):
    return iam_evaluator.EvalContext(
        principal_arn=principal.arn, principal_type=principal.type, principal_account=principal.account,
        action=check["action"], resource_arn=check["resource"], region=get_region(), secure_transport=True,
        service_context={"aws:tagkeys": None,
                         **{key.lower(): value for key, value in check["context"].items()}},
        principal_keys=principal.keys)


OPERATIONS = {"authorize": authorize, "assume": assume, "simulate": simulate}


async def _answer(scope, receive, send):
    operation = OPERATIONS.get(scope["path"].removeprefix("/_scones/"))
    body, more = b"", True
    while more:
        part = await receive()
        body, more = body + part.get("body", b""), part.get("more_body", False)
    status, answer = (200, operation(**json.loads(body))) if operation else (404, {})
    await send({"type": "http.response.start", "status": status,
                "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})
