"""What pcs prints, where its versions differ in more than layout."""

from ha_report.model import Source
from parsers import configure


def from_text(text):
    return configure.read(text.split("\n"), "file")


def the_resource(text):
    [resource] = from_text(text).resources
    return resource


def test_words_without_a_name_belong_to_the_value_before_them():
    """Before 0.9.160 pcs put no quotes around values with blanks."""
    resource = the_resource(
        " Resource: r (class=ocf provider=heartbeat type=Dummy)\n  Meta Attrs: description=of the shop is-managed=true \n"
    )
    assert resource.meta == {"description": "of the shop", "is-managed": "true"}


def test_a_description_beside_the_agent_is_no_part_of_it():
    text = 'Resource: r (class=ocf description="the type=old one" provider=heartbeat type=Dummy)'
    assert the_resource(text).agent == "ocf:heartbeat:Dummy"


def test_a_master_of_pcs_0_9_is_one():
    [master, primitive] = from_text(" Master: m\n  Resource: r (class=ocf provider=linbit type=drbd)\n").resources
    assert (master.kind, master.children, primitive.kind) == ("master", ("r",), "primitive")


def test_constraints_without_ids_are_told_without():
    text = "Colocation Constraints:\n  r_ip with r_app (score:INFINITY)\nOrdering Constraints:\n  start r_ip then start r_app (kind:Mandatory)\n"
    told = [(one.id, one.kind, one.score, one.resources) for one in from_text(text).constraints]
    assert told == [
        (None, "colocation", "INFINITY", ("r_ip", "r_app")),
        (None, "order", "Mandatory", ("r_ip", "r_app")),
    ]


def test_a_secret_that_pcs_does_not_show_is_not_told():
    text = "Resource: r (class=stonith type=fence_x)\n  Attributes: r-a\n    ip=1\n    Secret Attributes:\n      password\n"
    assert the_resource(text).parameters == {"ip": "1"}


def test_a_line_that_pcs_does_not_print_is_told():
    text = "Cluster Name: shop\nResources:\n Resource: r (class=ocf provider=heartbeat type=Dummy)\n  Attributes: a=1\n  Operations: what is this\n"
    configuration = from_text(text)
    assert configuration.undecoded == (Source("file", 5),)
