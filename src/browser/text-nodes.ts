/** Text nodes of an item as published, without the labels of the buttons that this script added. */
export function* textNodesOf(item: Element): Generator<Text> {
  const nodes = document.createTreeWalker(item, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => {
    if (node instanceof Text) return NodeFilter.FILTER_ACCEPT
    return (node as Element).matches(".tools, .over") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP
  })
  for (let node = nodes.nextNode(); node; node = nodes.nextNode()) yield node as Text
}
