"""Requests that nobody would think of, made from the API's own schema: none ends in a fault of the server."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance
from served import served

from grainless.server.app import create_app
from grainless.server.gate.limits import Limits

api = schemathesis.openapi.from_dict(create_app().openapi())


@pytest.fixture(scope="module")
def address():
    with served(Limits(size=20_000)) as address:
        yield address


@api.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_ends_in_a_fault_of_the_server(case, address):
    answer = case.call(base_url=address, timeout=60)
    assert answer.status_code < 500
    case.validate_response(answer, excluded_checks=[positive_data_acceptance])  # bytes alone make no image
