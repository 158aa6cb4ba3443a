/* notes: templates/citizen/forgotten.html */
(function(){'use strict';
try{sessionStorage.clear()}catch(e){}
try{var q=window.indexedDB.open('pinganma',1);
 q.onupgradeneeded=function(){q.result.createObjectStore('q',{keyPath:'id'})};
 q.onsuccess=function(){var b=q.result;b.transaction('q','readwrite').objectStore('q').clear();b.close()}}catch(e){}
})();
