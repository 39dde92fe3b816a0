// Bootstrap reads its theme from an attribute; the reader's choice is in a media query.
// Loaded in the head, before anything is painted, so that no page flashes in the wrong theme.
{
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => {
    document.documentElement.dataset.bsTheme = dark.matches ? 'dark' : 'light';
  };
  follow();
  dark.addEventListener('change', follow);
}
