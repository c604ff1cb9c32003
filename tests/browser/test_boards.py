"""Cards that go to another column: by dragging, and by keys."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from runtime.accounts.models import User
from runtime.db import transaction
from tests.browser.axe import problems
from tests.forms.followup import FOLLOWUP, make_all

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OpenTab = Callable[..., Page]


def test_given_a_board_when_cards_are_dragged_and_moved_by_keys_then_they_stand_there_and_keep_the_focus(
    open_tab: OpenTab, seller: User
) -> None:
    acme, bolt = make_all("customer", [{"name": "Acme", "grade": "A"}, {"name": "Bolt", "grade": "A"}])
    page = open_tab(seller)
    page.goto(f"{FOLLOWUP}/customer/?kind=board&by=grade")
    of_b = page.locator('.fw-cards[data-place="is:B"]')

    start, end = page.locator(f"#card-{acme} .fw-title").bounding_box(), of_b.bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 40, start["y"] + 20, steps=4)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=8)
    page.mouse.up()
    expect(of_b.locator(f'#card-{acme}[data-move="{acme}.2."] .fw-title')).to_be_focused()

    page.locator(f"#card-{bolt} .fw-title").focus()
    page.keyboard.press("m")
    expect(page.locator(".fw-targets button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".fw-targets")).to_have_count(0)
    expect(page.locator(f"#move-{bolt}")).to_be_focused()
    page.keyboard.press("m")
    expect(page.locator(".fw-targets button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(of_b.locator(f'#card-{bolt}[data-move="{bolt}.2."] .fw-title')).to_be_focused()


def test_given_swimlanes_when_a_card_is_lifted_and_carried_by_keys_then_it_goes_where_it_is_put_down(
    open_tab: OpenTab, seller: User
) -> None:
    """Space lifts, arrows carry, Escape puts back; what a rule refuses goes back and the page says why."""
    names = {"Acme": "A", "Bolt": "A", "Cord": "B"}
    acme, bolt, _cord = make_all(
        "customer", [{"name": name, "grade": grade, "state": "lead"} for name, grade in names.items()]
    )
    page = open_tab(seller)
    page.goto(f"{FOLLOWUP}/customer/?kind=board&by=grade&across=state&sort=name")
    page.wait_for_load_state()
    card = page.locator(f"#card-{acme}")

    card.locator(".fw-title").focus()
    page.keyboard.press("Space")
    expect(page.locator("#live")).to_contain_text("Lifted: Acme")
    page.keyboard.press("ArrowRight")
    expect(page.locator("""[data-place='["is:B","is:lead"]'] .fw-lifted""")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("""[data-place='["is:A","is:lead"]'] .fw-title""")).to_have_text(["Acme", "Bolt"])
    expect(card.locator(".fw-title")).to_be_focused()

    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")  # which goes to the next card where none is lifted
    page.keyboard.press("Space")
    moved = page.locator(
        f"""[data-place='["is:B","is:active"]'] #card-{acme}[data-move="{acme}.2."] .fw-title"""
    )
    expect(moved).to_be_focused()

    page.locator(f"#card-{bolt} .fw-title").focus()
    page.keyboard.press("m")
    expect(page.locator(".fw-targets button").first).to_be_focused()
    page.keyboard.type("n")  # which is a new record elsewhere
    expect(page.locator(".fw-targets button:focus")).to_have_text("No answer")
    page.keyboard.press("Enter")
    expect(
        page.locator(f"""[data-place='["none","is:lead"]'] #card-{bolt}[data-move="{bolt}.2."]""")
    ).to_have_count(1)


@pytest.mark.full
def test_given_columns_with_chinese_names_when_the_first_letters_of_their_pinyin_are_typed_then_they_are_found(
    open_tab: OpenTab, seller: User
) -> None:
    [acme] = make_all("customer", [{"name": "Acme", "grade": "A", "state": "lead"}])
    with transaction() as session:
        session.merge(seller).locale = "zh"
    page = open_tab(seller)
    page.goto(f"{FOLLOWUP}/customer/?kind=board&by=grade&across=state&card={acme}")
    page.wait_for_load_state()

    page.locator(".fw-targets button").first.focus()
    page.keyboard.type("hzz")

    expect(page.locator(".fw-targets button:focus")).to_have_text("移到：合作中")


def touch(page: Page, *places: tuple[float, float]) -> None:
    """Put a finger down at the first of these places, draw it along the others, and lift it."""
    session = page.context.new_cdp_session(page)
    for kind, (x, y) in zip(["touchStart", *["touchMove"] * (len(places) - 1)], places, strict=True):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_given_a_finger_when_it_draws_a_card_by_its_handle_then_the_card_goes_there(
    open_tab: OpenTab, seller: User
) -> None:
    """A finger anywhere else on a card moves the page."""
    [acme] = make_all("customer", [{"name": "Acme", "grade": "A", "state": "lead"}])
    page = open_tab(seller, width=390)
    page.goto(f"{FOLLOWUP}/customer/?kind=board&by=grade&across=state")
    page.wait_for_load_state()
    handle, there = (
        page.locator(f"#card-{acme} .fw-handle"),
        page.locator("""[data-place='["is:A","is:active"]']"""),
    )
    there.scroll_into_view_if_needed()
    expect(handle).to_be_in_viewport()
    start, end = handle.bounding_box(), there.bounding_box()
    assert start and end
    assert min(start["width"], start["height"]) >= 44

    x, y = start["x"] + 22, start["y"] + 22
    to = end["y"] + end["height"] / 2
    touch(page, (x, y), *((x - 5, y + (to - y) * step / 8) for step in range(1, 9)))

    expect(there.locator(f'#card-{acme}[data-move="{acme}.2."] .fw-title')).to_be_focused()


def test_given_a_move_that_a_rule_refuses_when_a_card_is_put_down_then_it_goes_back_and_the_page_says_why(
    open_tab: OpenTab, seller: User
) -> None:
    [customer] = make_all("customer", [{"name": "Acme", "owner": seller.id}])
    own = {
        "customer": customer,
        "visited_on": "2026-01-05",
        "content": "A talk",
        "remind": False,
        "owner": seller.id,
    }
    [visit] = make_all("visit", [{**own, "result": "interested"}])
    page = open_tab(seller)
    page.emulate_media(reduced_motion="no-preference")
    page.goto(f"{FOLLOWUP}/visit/?kind=board&by=result")
    page.wait_for_load_state()
    page.evaluate("""() => {
      const glide = Element.prototype.animate;
      Element.prototype.animate = function (...how) {
        document.body.dataset.glided = this.id;
        return glide.apply(this, how);
      };
    }""")

    places = page.locator("[data-place]").evaluate_all("(all) => all.map((each) => each.dataset.place)")

    page.locator(f"#card-{visit} .fw-title").focus()
    page.keyboard.press("Space")
    for _step in range(places.index("is:refused") - places.index("is:interested")):
        page.keyboard.press("ArrowRight")
    expect(page.locator('[data-place="is:refused"] .fw-lifted')).to_have_count(1)
    page.keyboard.press("Space")

    expect(page.locator("#refusal")).to_be_focused()
    expect(page.locator("#refusal")).to_contain_text("Fill in")
    expect(page.locator(f'[data-place="is:interested"] #card-{visit}')).to_have_count(1)
    expect(page.locator("body")).to_have_attribute("data-glided", f"card-{visit}")


def test_given_a_phone_when_a_board_is_opened_then_one_column_is_seen_and_the_switch_shows_another(
    open_tab: OpenTab, seller: User
) -> None:
    make_all("customer", [{"name": "Acme", "grade": "A"}, {"name": "Cord", "grade": "C"}])
    page = open_tab(seller, width=390)
    page.goto(f"{FOLLOWUP}/customer/?kind=board&by=grade")
    acme, cord = (
        page.get_by_role("link", name="Acme", exact=True),
        page.get_by_role("link", name="Cord", exact=True),
    )
    expect(acme).to_be_in_viewport()
    expect(cord).not_to_be_in_viewport()

    page.locator(".fw-lanes a", has_text="C, small").click()

    expect(cord).to_be_in_viewport()
    expect(acme).not_to_be_in_viewport()


def test_given_a_calendar_when_a_record_is_dragged_or_carried_to_another_day_then_it_has_that_date(
    open_tab: OpenTab, seller: User
) -> None:
    [customer] = make_all("customer", [{"name": "Acme", "owner": seller.id}])
    [deal] = make_all("opportunity", [{"name": "Roof", "customer": customer, "close_on": "2026-10-14"}])
    page = open_tab(seller)
    page.goto(f"{FOLLOWUP}/opportunity/?kind=calendar&date=close_on&span=month&day=2026-10-15&layer=chinese")
    page.wait_for_load_state()

    event, day = page.locator(f"#card-{deal} .fw-title"), page.locator('[data-place="2026-10-22"]')
    day.scroll_into_view_if_needed()
    start, end = event.bounding_box(), day.bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 20, start["y"] + 20, steps=4)
    page.mouse.move(end["x"] + 20, end["y"] + 20, steps=8)
    page.mouse.up()
    expect(day.locator(f'[data-move="{deal}.2."] .fw-title')).to_be_focused()

    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    expect(page.locator(f'[data-place="2026-10-28"] [data-move="{deal}.3."] .fw-title')).to_be_focused()
    page.evaluate("scrollTo(0, 0)")  # else the bar at the top lies over buttons
    assert problems(page, "calendar with the Chinese one") == []


def test_given_a_board_with_swimlanes_then_it_has_no_barrier(open_tab: OpenTab, seller: User) -> None:
    [acme] = make_all("customer", [{"name": "Acme", "grade": "A", "state": "lead", "owner": seller.id}])
    page = open_tab(seller)
    page.goto(f"{FOLLOWUP}/customer/?kind=board&by=grade&across=state&card={acme}")
    page.wait_for_load_state()

    assert problems(page, "board with swimlanes") == []
