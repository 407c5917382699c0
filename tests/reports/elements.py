"""Reads a page back, element by element."""

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "wbr", "input"}


class Page(HTMLParser):
    """The elements of a page, and whether each is closed where it should be."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.texts, self.stack, self.unbalanced = [], {}, [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data):
        if self.stack:
            self.texts[self.stack[-1]] = self.texts.get(self.stack[-1], "") + data

    def of(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]
