"""Who calls whom, by the symbols of the built objects: no file and no room
calls in a circle, and none calls one above it.

usage: calls.py BUILD_DIR"""

import sys

import objects
import rooms
import tree


def called(symbols):
    """source -> the sources whose functions or tables it uses."""
    owner = objects.owners(symbols)
    for name, sources in owner.items():
        if len(sources) > 1:
            tree.fault(sources[0], 0, f"{name} is defined in {sources[1]}, "
                       "too: one name, one thing")
    graph = {}
    for source, part in symbols.items():
        graph[source] = set()
        for name in part.wanted & owner.keys():
            known = [other for other in owner[name]
                     if rooms.room(other) in rooms.may_know(source)]
            graph[source].add((known or owner[name])[0])
    return graph


def main():
    if len(sys.argv) != 2:
        tree.fail("usage: calls.py BUILD_DIR")
        tree.finish()
    graph = called(objects.read(sys.argv[1]))
    for source, others in graph.items():
        for other in sorted(others):
            if rooms.room(other) not in rooms.may_know(source):
                tree.fault(source, 0, f"calls {other}, which is not for "
                           f"{rooms.room(source)}: see the layers in "
                           "common/README.md")
    for circle in rooms.circles(graph):
        tree.fault(min(circle), 0, f"{len(circle)} files call each other in a "
                   f"circle: {rooms.one_round(graph, circle)}")
    if sum(map(len, graph.values())) < 500:
        tree.fail("too few calls seen: can calls.py still read nm?")
    tree.finish()


main()
