import { refusedWith, type Repository } from "../repository-action.ts";

/**
 * Writes the one comment on a pull request that begins with the mark, or updates it in place.
 * @returns its address, or undefined where the token may only read, as a fork's does.
 */
export async function keepComment(
  { octokit, ...at }: Repository,
  number: number,
  { mark, body }: { readonly mark: string; readonly body: string },
): Promise<string | undefined> {
  const { issues } = octokit.rest;
  const comments = octokit.paginate.iterator(issues.listComments, {
    ...at,
    issue_number: number,
    per_page: 100,
  });
  try {
    for await (const { data } of comments) {
      const mine = data.find(
        (comment) => comment.user?.type === "Bot" && comment.body?.startsWith(mark),
      );
      if (mine === undefined) continue;
      const updated = await issues.updateComment({ ...at, comment_id: mine.id, body });
      return updated.data.html_url;
    }
    const made = await issues.createComment({ ...at, issue_number: number, body });
    return made.data.html_url;
  } catch (error) {
    if (refusedWith(error) === 403) return undefined;
    throw error;
  }
}
