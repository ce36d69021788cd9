// The chosen colors, before the first paint: a classic script in the head.
'use strict';
{
  let theme;
  try {
    theme = localStorage.getItem('pagewalk-theme');
  } catch {
    // A browser that keeps nothing follows the system.
  }
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
}
